/** SHA-256 (FIPS 180-4) of several pieces, as 64 hex digits. A thin face on Nettle. */
#ifndef TN_BASE_SHA256_H
#define TN_BASE_SHA256_H
#include <stddef.h>

#define TN_SHA256_HEX 65 /* with the NUL */

typedef struct tn_piece {
    const void *bytes;
    size_t n;
} tn_piece_t;

/** Hash of the pieces one after the other. */
void tn_sha256_hex(const tn_piece_t *pieces, size_t n_pieces, char hex[TN_SHA256_HEX]);
#define TN_SHA256_BASE64 45 /* with the NUL */
/** Hash of the bytes in base 64, as content security policies name scripts. */
void tn_sha256_base64(const void *bytes, size_t n, char base64[TN_SHA256_BASE64]);
#endif
