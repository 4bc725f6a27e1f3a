/** What the sub-commands of tenure data share: where the store is. */
#ifndef TENURE_CLI_DATA_STORE_H
#define TENURE_CLI_DATA_STORE_H
#include <stdbool.h>

#include "cli.h"

#define CLI_STORE_PATH 4096

/** XDG_DATA_HOME/tenure/store.db or ~/.local/share/tenure/store.db; a usage mistake if there is no
 *  such place. given: the value of --store, or NULL. make: also makes the folder. */
const char *cli_store_path(
    cli_args_t *args, const char *given, char out[CLI_STORE_PATH], bool make);
#endif
