/* fsync before rename: otherwise a crash can leave an empty file under the final name. The folder
 * is flushed too, or the new name itself could be lost. */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

#define SUFFIX ".XXXXXX"

static int write_all(int fd, const unsigned char *at, size_t n)
{
    while (n > 0) {
        const ssize_t k = write(fd, at, n);
        if (k < 0 && errno == EINTR) continue;
        if (k <= 0) return -1;
        at += k;
        n -= (size_t)k;
    }
    return fsync(fd);
}

/** Best effort: not every file system can flush a folder. */
static void flush_folder_of(char *path)
{
    char *slash = strrchr(path, '/');
    if (slash != NULL) slash[slash == path ? 1 : 0] = '\0';
    const int fd = open(slash != NULL ? path : ".", O_RDONLY);
    if (fd < 0) return;
    (void)fsync(fd);
    (void)close(fd);
}

/** 0 or errno. */
static int replace(const char *path, char *temp, const tn_bytes_t *bytes)
{
    const int fd = mkstemp(temp);
    if (fd < 0) return errno;
    const mode_t mask = umask(0);
    (void)umask(mask);
    (void)fchmod(fd, (mode_t)(0666 & ~mask));
    int number = write_all(fd, bytes->at, bytes->n) == 0 ? 0 : errno;
    if (close(fd) != 0 && number == 0) number = errno;
    if (number == 0 && rename(temp, path) != 0) number = errno;
    if (number != 0) {
        (void)unlink(temp);
        return number;
    }
    flush_folder_of(temp);
    return 0;
}

int tn_file_check(const char *path, tn_error_t *err)
{
    struct stat st;
    if (stat(path, &st) != 0 || S_ISREG(st.st_mode)) return 0;
    return tn_error_set(err, TN_EIO, "cannot write %s: it is not a regular file", path);
}

int tn_file_save(const char *path, const tn_bytes_t *bytes, tn_error_t *err)
{
    const int ret = tn_file_check(path, err);
    if (ret < 0) return ret;
    const size_t size = strlen(path) + sizeof SUFFIX;
    char *temp = bytes->failed ? NULL : tn_malloc(size);
    if (temp == NULL) return tn_error_set(err, TN_ENOMEM, "%s", tn_error_text(TN_ENOMEM));
    (void)snprintf(temp, size, "%s%s", path, SUFFIX);
    const int number = replace(path, temp, bytes);
    tn_free(temp);
    if (number == 0) return 0;
    return tn_error_set(err, TN_EIO, "cannot write %s: %s", path, strerror(number));
}

static int read_all(FILE *in, size_t most, tn_bytes_t *bytes)
{
    unsigned char part[65536];
    for (size_t n; (n = fread(part, 1, sizeof part, in)) > 0;) {
        if (n > most - bytes->n) return EFBIG;
        tn_put_raw(bytes, part, n);
        if (bytes->failed) return ENOMEM;
    }
    return ferror(in) ? (errno != 0 ? errno : EIO) : 0;
}

int tn_file_load(const char *path, size_t most, tn_bytes_t *bytes, tn_error_t *err)
{
    *bytes = (tn_bytes_t){0};
    FILE *in = fopen(path, "rb");
    int number = in != NULL ? 0 : errno;
    if (number == ENOENT) return 1;
    if (number == 0) {
        number = read_all(in, most, bytes);
        (void)fclose(in);
    }
    if (number == 0) return 0;
    tn_bytes_free(bytes);
    if (number == ENOMEM) return tn_error_set(err, TN_ENOMEM, "%s", tn_error_text(TN_ENOMEM));
    return tn_error_set(err, TN_EINPUT, "cannot read %s: %s", path, strerror(number));
}
