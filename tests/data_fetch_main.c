/* tenure data fetch as a program of its own, for tests/test_cli_data_fetch.sh. */
#include "../cli/cli.h"
#include "../cli/progress.h"

int main(int argc, char **argv)
{
    cli_catch_signals();
    return cli_data_fetch(argc, argv);
}
