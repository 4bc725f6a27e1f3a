/* Output that appears whole or not at all, and failures of standard output that are noticed. A
 * regular file is written beside its place under a name of its own and renamed; a device or pipe is
 * written directly. */
/* for realpath */
#define _XOPEN_SOURCE 700 /* NOLINT(bugprone-reserved-identifier): POSIX names it so */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli.h"

#define SUFFIX ".XXXXXX"

int cli_error_exit(const char *command, int code, const tn_error_t *err)
{
    const bool has_message = err != NULL && err->message[0] != '\0';
    fprintf(stderr, "tenure %s: %s\n", command, has_message ? err->message : tn_error_text(code));
    return tn_error_exit_status(code);
}

static int fail(const char *command, const char *path, const char *reason)
{
    fprintf(stderr, "tenure %s: cannot write %s: %s\n", command, path, reason);
    return CLI_EXIT_INPUT;
}

int cli_flush_stdout(const char *command)
{
    errno = 0;
    const bool had_error = ferror(stdout) != 0;
    if (fflush(stdout) == 0 && !had_error) return 0;
    return fail(command, "standard output", errno != 0 ? strerror(errno) : "output lost");
}

static bool is_stdout(const char *path) { return path == NULL || strcmp(path, "-") == 0; }

/** The directory part of a path, in a new string. */
static char *directory_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    if (slash == NULL) return strdup(".");
    return strndup(path, slash == path ? 1 : (size_t)(slash - path));
}

int cli_output_check(const char *command, const char *path)
{
    struct stat st;
    if (is_stdout(path)) return 0;
    if (stat(path, &st) == 0) {
        if (S_ISDIR(st.st_mode)) return fail(command, path, strerror(EISDIR));
        if (!S_ISREG(st.st_mode)) return 0;
    }
    char *directory = directory_of(path);
    if (directory == NULL) return fail(command, path, strerror(ENOMEM));
    const bool can_write = access(directory, W_OK | X_OK) == 0;
    const int reason = errno;
    free(directory);
    return can_write ? 0 : fail(command, path, strerror(reason));
}

/** Permissions of a new file, or those of the file it replaces. */
static mode_t mode_for(const char *path)
{
    struct stat st;
    if (stat(path, &st) == 0) return st.st_mode & 07777;
    const mode_t mask = umask(0);
    (void)umask(mask);
    return (mode_t)(0666 & ~mask);
}

/** Opens self->temp beside self->path. */
static int open_temp(cli_output_t *self)
{
    const size_t n = strlen(self->path);
    self->temp = malloc(n + sizeof SUFFIX);
    if (self->temp == NULL) return -1;
    memcpy(self->temp, self->path, n);
    memcpy(self->temp + n, SUFFIX, sizeof SUFFIX);
    const int fd = mkstemp(self->temp);
    if (fd < 0) {
        free(self->temp);
        self->temp = NULL;
        return -1;
    }
    (void)fchmod(fd, mode_for(self->path));
    self->stream = fdopen(fd, "w");
    if (self->stream == NULL) (void)close(fd);
    return self->stream == NULL ? -1 : 0;
}

static void release(cli_output_t *self)
{
    free(self->temp);
    free(self->path);
    *self = (cli_output_t){0};
}

int cli_output_open(cli_output_t *self, const char *command, const char *path)
{
    struct stat st;
    *self = (cli_output_t){.stream = stdout};
    if (is_stdout(path)) return 0;
    const bool exists = stat(path, &st) == 0;
    /* a link stays a link: what it points to is replaced */
    self->path = exists ? realpath(path, NULL) : strdup(path);
    self->stream = NULL;
    if (self->path != NULL && exists && !S_ISREG(st.st_mode)) {
        self->stream = fopen(path, "w");
    } else if (self->path != NULL && open_temp(self) < 0) {
        self->stream = NULL;
    }
    if (self->stream != NULL) return 0;
    const int reason = errno;
    if (self->temp != NULL) (void)unlink(self->temp);
    release(self);
    return fail(command, path, strerror(reason));
}

int cli_output_close(cli_output_t *self, const char *command, bool keep)
{
    int status = 0;
    if (self->path == NULL) return keep ? cli_flush_stdout(command) : 0;
    errno = 0;
    bool is_written = ferror(self->stream) == 0;
    is_written = fclose(self->stream) == 0 && is_written;
    if (keep && is_written && self->temp != NULL) {
        is_written = rename(self->temp, self->path) == 0;
    }
    if (keep && !is_written) {
        status = fail(command, self->path, errno != 0 ? strerror(errno) : "output lost");
    }
    if (self->temp != NULL && (!keep || !is_written)) (void)unlink(self->temp);
    release(self);
    return status;
}
