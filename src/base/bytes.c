/* Bytes are shifted in and out one by one, so the order of the machine does not matter. */
#include "base/bytes.h"

#include <string.h>

#include "base/mem.h"

#define FIRST_CAPACITY 4096

void tn_bytes_free(tn_bytes_t *self)
{
    if (self == NULL) return;
    tn_free(self->at);
    *self = (tn_bytes_t){0};
}

static bool make_room(tn_bytes_t *self, size_t n)
{
    size_t capacity = self->capacity == 0 ? FIRST_CAPACITY : self->capacity;
    if (self->failed) return false;
    while (capacity - self->n < n) {
        if (capacity > SIZE_MAX / 2) break;
        capacity *= 2;
    }
    if (capacity == self->capacity) return true;
    unsigned char *larger =
        capacity - self->n < n ? NULL : (unsigned char *)tn_realloc(self->at, capacity, 1);
    self->failed = larger == NULL;
    if (self->failed) return false;
    self->at = larger;
    self->capacity = capacity;
    return true;
}

void tn_put_raw(tn_bytes_t *self, const void *bytes, size_t n)
{
    if (n == 0 || !make_room(self, n)) return;
    memcpy(self->at + self->n, bytes, n);
    self->n += n;
}

static void put_number(tn_bytes_t *self, uint64_t value, size_t n)
{
    unsigned char byte[8];
    for (size_t i = 0; i < n; i++)
        byte[i] = (unsigned char)(value >> (8 * i) & 0xff);
    tn_put_raw(self, byte, n);
}

void tn_put_u32(tn_bytes_t *self, uint32_t value) { put_number(self, value, 4); }

void tn_put_u64(tn_bytes_t *self, uint64_t value) { put_number(self, value, 8); }

void tn_put_doubles(tn_bytes_t *self, const double *value, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        uint64_t bits;
        memcpy(&bits, &value[i], sizeof bits);
        tn_put_u64(self, bits);
    }
}

void tn_put_block(tn_bytes_t *self, const void *bytes, size_t n)
{
    tn_put_u64(self, n);
    tn_put_raw(self, bytes, n);
}

void tn_put_text(tn_bytes_t *self, const char *text)
{
    tn_put_block(self, text, text == NULL ? 0 : strlen(text) + 1);
}

const unsigned char *tn_take_raw(tn_cursor_t *self, size_t n)
{
    const unsigned char *at = self->at;
    if (self->failed || n > self->left) {
        self->failed = true;
        return NULL;
    }
    self->at += n;
    self->left -= n;
    return at;
}

static uint64_t take_number(tn_cursor_t *self, size_t n)
{
    uint64_t value = 0;
    const unsigned char *at = tn_take_raw(self, n);
    for (size_t i = 0; at != NULL && i < n; i++)
        value |= (uint64_t)at[i] << (8 * i);
    return value;
}

uint32_t tn_take_u32(tn_cursor_t *self) { return (uint32_t)take_number(self, 4); }

uint64_t tn_take_u64(tn_cursor_t *self) { return take_number(self, 8); }

void tn_take_doubles(tn_cursor_t *self, double *value, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const uint64_t bits = tn_take_u64(self);
        memcpy(&value[i], &bits, sizeof bits);
    }
}

const unsigned char *tn_take_block(tn_cursor_t *self, size_t *n)
{
    const uint64_t size = tn_take_u64(self);
    *n = 0;
    if (size > self->left) self->failed = true;
    if (self->failed) return NULL;
    *n = (size_t)size;
    return tn_take_raw(self, *n);
}

const char *tn_take_text(tn_cursor_t *self)
{
    size_t n;
    const unsigned char *text = tn_take_block(self, &n);
    if (text == NULL || n == 0) return NULL;
    if (memchr(text, '\0', n) != text + n - 1) self->failed = true;
    return self->failed ? NULL : (const char *)text;
}
