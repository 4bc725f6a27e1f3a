/* Shards and checkpoints from outside bytes. The checksum is put right first: it stops accidents,
 * not an author. What is read must be written to the same bytes again. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "forecast/rows.h"
#include "tenure/shard.h"

#define N_SUM (TN_SHA256_HEX - 1)

static void check(const unsigned char *bytes, size_t n)
{
    tn_rows_t rows;
    tn_job_t *job;
    tn_bytes_t again = {0};
    if (tn_rows_parse(&rows, "fuzz", bytes, n, NULL) < 0) return;
    tn_rows_write(&rows, &again);
    if (again.failed || again.n != n || memcmp(again.at, bytes, n) != 0) abort();
    if (tn_job_unpack(&job, rows.job.at, rows.job.n, NULL) == 0) tn_job_free(job);
    tn_bytes_free(&again);
    tn_rows_free(&rows);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    char sum[TN_SHA256_HEX];
    if (n < N_SUM) return 0;
    unsigned char *copy = malloc(n);
    if (copy == NULL) abort();
    memcpy(copy, bytes, n);
    tn_sha256_hex(&(tn_piece_t){copy, n - N_SUM}, 1, sum);
    memcpy(copy + n - N_SUM, sum, N_SUM);
    check(copy, n);
    free(copy);
    return 0;
}
