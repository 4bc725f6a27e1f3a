/* Where the store is, unless told otherwise. */
#include "data_store.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Makes every folder on the way to a file; failures show when the file is opened. */
static void make_folders(char *path)
{
    for (char *s = path + 1; (s = strchr(s, '/')) != NULL; s++) {
        *s = '\0';
        (void)mkdir(path, 0700);
        *s = '/';
    }
}

const char *cli_store_path(cli_args_t *args, const char *given, char out[CLI_STORE_PATH], bool make)
{
    const char *data = getenv("XDG_DATA_HOME"), *home = getenv("HOME");
    int n = -1;
    if (given != NULL) return given;
    if (data != NULL && data[0] == '/') {
        n = snprintf(out, CLI_STORE_PATH, "%s/tenure/store.db", data);
    } else if (home != NULL && home[0] == '/') {
        n = snprintf(out, CLI_STORE_PATH, "%s/.local/share/tenure/store.db", home);
    }
    if (n <= 0 || n >= CLI_STORE_PATH) {
        cli_mistake(args, "HOME is not set; use --store FILE");
        return NULL;
    }
    if (make) make_folders(out);
    return out;
}
