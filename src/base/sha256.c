/* A case is named by the hash of what it was read from, so that a forecast can say what it is a
 * forecast of. */
#include "base/sha256.h"

#include <nettle/base64.h>
#include <nettle/sha2.h>

#include <stdint.h>

void tn_sha256_hex(const tn_piece_t *pieces, size_t n_pieces, char hex[TN_SHA256_HEX])
{
    static const char digits[] = "0123456789abcdef";
    struct sha256_ctx ctx;
    uint8_t digest[SHA256_DIGEST_SIZE];
    sha256_init(&ctx);
    for (size_t i = 0; i < n_pieces; i++) {
        if (pieces[i].n > 0) sha256_update(&ctx, pieces[i].n, pieces[i].bytes);
    }
    sha256_digest(&ctx, sizeof digest, digest);
    for (size_t i = 0; i < sizeof digest; i++) {
        hex[2 * i] = digits[digest[i] >> 4];
        hex[2 * i + 1] = digits[digest[i] & 15];
    }
    hex[TN_SHA256_HEX - 1] = '\0';
}

void tn_sha256_base64(const void *bytes, size_t n, char base64[TN_SHA256_BASE64])
{
    struct sha256_ctx ctx;
    uint8_t digest[SHA256_DIGEST_SIZE];
    sha256_init(&ctx);
    sha256_update(&ctx, n, bytes);
    sha256_digest(&ctx, sizeof digest, digest);
    base64_encode_raw(base64, sizeof digest, digest);
    base64[TN_SHA256_BASE64 - 1] = '\0';
}
