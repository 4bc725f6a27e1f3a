/* Writes tenure-case(5) to standard output: tools/docs keeps the committed page equal to the schema
 * table. */
#include <stdio.h>

#include "tenure.h"

int main(void)
{
    tn_case_write_man(stdout);
    return fflush(stdout) == 0 ? 0 : 70;
}
