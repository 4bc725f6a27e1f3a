/* A case's life: bytes in, tree, settings, struct, checks; and the small questions one can ask it.
 */
#include "model/case.h"

#include "base/arena.h"
#include "base/mem.h"
#include "base/sha256.h"
#include "model/case_reader.h"

#include <errno.h>
#include <string.h>

#define FIND(self, field, n_field, key)                                                            \
    for (int i = 0; i < (self)->n_field; i++) {                                                    \
        if ((self)->field[i].id != NULL && strcmp((self)->field[i].id, key) == 0) return i;        \
    }                                                                                              \
    return -1

int tn_case_find_group(const tn_case_t *self, const char *name)
{
    for (int i = 0; i < self->n_groups; i++) {
        if (strcmp(self->group[i], name) == 0) return i;
    }
    return -1;
}

int tn_case_find_actor(const tn_case_t *self, const char *id) { FIND(self, actor, n_actors, id); }

int tn_case_find_event(const tn_case_t *self, const char *id) { FIND(self, event, n_events, id); }

int tn_case_find_origin(const tn_case_t *self, const char *id)
{
    FIND(self, origin, n_origins, id);
}

const char *tn_case_name(const tn_case_t *self) { return self->name; }

const char *tn_case_title(const tn_case_t *self) { return self->title; }

int32_t tn_case_start(const tn_case_t *self) { return self->start; }

int32_t tn_case_as_of(const tn_case_t *self) { return self->as_of; }

size_t tn_case_n_actors(const tn_case_t *self) { return (size_t)self->n_actors; }

size_t tn_case_n_events(const tn_case_t *self) { return (size_t)self->n_events; }

size_t tn_case_n_origins(const tn_case_t *self) { return (size_t)self->n_origins; }

size_t tn_case_n_reports(const tn_case_t *self) { return (size_t)self->n_reports; }

const char *tn_case_hash(const tn_case_t *self) { return self->hash; }

void tn_case_free(tn_case_t *self)
{
    if (self == NULL || self->arena == NULL) return;
    tn_arena_t *arena = self->arena;
    tn_arena_free(arena);
    tn_free(arena);
}

/* An empty case in an arena of its own, or NULL. */
static tn_case_t *case_new(const char *file)
{
    tn_arena_t *arena = tn_calloc(1, sizeof *arena);
    if (arena == NULL) return NULL;
    tn_case_t *c = tn_arena_calloc(arena, 1, sizeof *c);
    if (c != NULL) {
        c->arena = arena;
        c->file = tn_arena_strndup(arena, file, strlen(file));
    }
    if (arena->failed) {
        tn_arena_free(arena);
        tn_free(arena);
        return NULL;
    }
    return c;
}

/* Without settings it is the hash of the file alone, as sha256sum prints it. */
static int hash_case(tn_arena_t *scratch, const void *bytes, size_t n_bytes,
    const tn_case_options_t *opt, char hex[TN_SHA256_HEX])
{
    const size_t n = opt == NULL ? 0 : opt->n_set;
    tn_piece_t *piece = tn_arena_calloc(scratch, n + 5, sizeof *piece);
    if (piece == NULL) return TN_ENOMEM;
    size_t k = 0;
    piece[k++] = (tn_piece_t){bytes, n_bytes};
    for (size_t i = 0; i < n; i++)
        piece[k++] = (tn_piece_t){opt->set[i], strlen(opt->set[i]) + 1};
    if (opt != NULL && opt->as_of != NULL) {
        piece[k++] = (tn_piece_t){"--as-of=", 8};
        piece[k++] = (tn_piece_t){opt->as_of, strlen(opt->as_of) + 1};
    }
    if (opt != NULL && opt->horizons != NULL) {
        piece[k++] = (tn_piece_t){"--horizons=", 11};
        piece[k++] = (tn_piece_t){opt->horizons, strlen(opt->horizons) + 1};
    }
    tn_sha256_hex(piece, k, hex);
    return 0;
}

static char *keep_text(tn_arena_t *arena, const char *text)
{
    return text == NULL ? NULL : tn_arena_strndup(arena, text, strlen(text));
}

static void keep_source(
    tn_case_t *c, const void *bytes, size_t n_bytes, const tn_case_options_t *opt)
{
    tn_case_source_t *source = &c->source;
    source->bytes = tn_arena_strndup(c->arena, bytes, n_bytes);
    source->n_bytes = n_bytes;
    if (opt == NULL) return;
    source->as_of = keep_text(c->arena, opt->as_of);
    source->horizons = keep_text(c->arena, opt->horizons);
    if (opt->n_set == 0) return;
    source->set = tn_arena_calloc(c->arena, opt->n_set, sizeof *source->set);
    for (size_t i = 0; i < opt->n_set && source->set != NULL; i++)
        source->set[i] = keep_text(c->arena, opt->set[i]);
    source->n_set = opt->n_set;
}

static void complain_about_file(tn_diag_t *diag, const char *name, const char *message)
{
    const tn_place_t whole = {.file = name};
    tn_diag_add(diag, TN_SEVERITY_ERROR, &whole, "%s", message);
}

static int read_parts(tn_case_reader_t *r)
{
    int ret = tn_case_read_frame(r);
    if (ret == 0) ret = tn_case_read_actors(r);
    if (ret == 0) ret = tn_case_read_events(r);
    if (ret == 0) ret = tn_case_read_reports(r);
    if (ret == 0) ret = tn_case_fill_base(r);
    if (ret == 0) tn_case_check(r);
    return ret == 0 && (r->schema.arena->failed || r->scratch->failed) ? TN_ENOMEM : ret;
}

/* The tree of the file with the settings in it. */
static int parse_tree(tn_arena_t *scratch, const char *name, const void *bytes, size_t n_bytes,
    tn_diag_t *diag, tn_yaml_node_t **root)
{
    const tn_yaml_source_t *source = tn_yaml_source_new(scratch, name, bytes, n_bytes, 1);
    if (source == NULL) return TN_ENOMEM;
    const int ret = tn_yaml_parse(scratch, source, TN_CASE_MAX_DEPTH, diag, root);
    if (ret < 0) return ret;
    if (*root == NULL || tn_yaml_is_empty(*root)) {
        complain_about_file(
            diag, name, "the file is empty, expected a case (tenure new writes one to start from)");
        return TN_EINPUT;
    }
    if ((*root)->kind == TN_YAML_MAPPING) return 0;
    tn_yaml_error(diag, *root, "expected a case: a mapping that starts like 'tenure: 1'");
    return TN_EINPUT;
}

static int read_case(tn_case_t *c, tn_arena_t *scratch, const void *bytes, size_t n_bytes,
    const tn_case_options_t *opt, tn_diag_t *diag)
{
    tn_yaml_node_t *root = NULL;
    int ret = parse_tree(scratch, c->file, bytes, n_bytes, diag, &root);
    if (ret == 0 && opt != NULL) ret = tn_case_apply_options(scratch, opt, root, diag);
    if (ret < 0) return ret;
    tn_case_reader_t r = {.schema = {.arena = c->arena, .diag = diag},
        .scratch = scratch,
        .c = c,
        .root = root,
        .leaves_out_later = opt != NULL && opt->as_of != NULL};
    keep_source(c, bytes, n_bytes, opt);
    ret = read_parts(&r);
    if (ret == 0) ret = hash_case(scratch, bytes, n_bytes, opt, c->hash);
    return ret;
}

int tn_case_parse(tn_case_t **self, const char *name, const void *bytes, size_t n_bytes,
    const tn_case_options_t *opt, tn_diag_t *diag, tn_error_t *err)
{
    tn_arena_t scratch = {0};
    *self = NULL;
    tn_case_t *c = case_new(name);
    int ret = c == NULL ? TN_ENOMEM : 0;
    if (ret == 0 && n_bytes > TN_CASE_MAX_BYTES) {
        complain_about_file(diag, name, "the file is larger than 4 MiB, which no case needs");
    } else if (ret == 0) {
        ret = read_case(c, &scratch, bytes, n_bytes, opt, diag);
    }
    if (ret != TN_ENOMEM && tn_diag_failed(diag)) ret = TN_ENOMEM;
    if (ret == 0 && tn_diag_n_errors(diag) > 0) ret = TN_EINPUT;
    tn_arena_free(&scratch);
    if (ret == 0) {
        *self = c;
        return 0;
    }
    tn_case_free(c);
    if (ret == TN_EINPUT) {
        return tn_error_set(err, ret, "%s: %zu mistake%s", name, tn_diag_n_errors(diag),
            tn_diag_n_errors(diag) == 1 ? "" : "s");
    }
    return tn_error_set(err, ret, "%s: %s", name, tn_error_text(ret));
}

static const char *why_unreadable(int number)
{
    switch (number) {
    case ENOENT:
    case ENOTDIR: return "there is no such file";
    case EACCES: return "the file may not be read (permission denied)";
    case EISDIR: return "this is a directory, expected a case file";
    default: return "the file cannot be read";
    }
}

/* Reads at most one byte more than a case may have; the parser then says that it is too large. */
static int load(FILE *in, char **bytes, size_t *n_bytes, int *number)
{
    const size_t most = (size_t)TN_CASE_MAX_BYTES + 1;
    size_t capacity = 0;
    while (*n_bytes < most && !feof(in) && !ferror(in)) {
        if (*n_bytes == capacity) {
            capacity = capacity == 0 ? 65536 : 2 * capacity;
            char *larger = tn_realloc(*bytes, capacity, 1);
            if (larger == NULL) return TN_ENOMEM;
            *bytes = larger;
        }
        const size_t room = (capacity < most ? capacity : most) - *n_bytes;
        *n_bytes += fread(*bytes + *n_bytes, 1, room, in);
    }
    *number = errno;
    return ferror(in) ? TN_EINPUT : 0;
}

int tn_case_read(tn_case_t **self, const char *path, const tn_case_options_t *opt, tn_diag_t *diag,
    tn_error_t *err)
{
    const bool is_standard = strcmp(path, "-") == 0;
    const char *name = is_standard ? "standard input" : path;
    char *bytes = NULL;
    size_t n_bytes = 0;
    int number = 0;
    *self = NULL;
    FILE *in = is_standard ? stdin : fopen(path, "rb");
    int ret = TN_EINPUT;
    if (in == NULL) {
        number = errno;
    } else {
        ret = load(in, &bytes, &n_bytes, &number);
    }
    if (in != NULL && !is_standard) fclose(in);
    if (ret == 0) {
        ret = tn_case_parse(self, name, bytes, n_bytes, opt, diag, err);
    } else if (ret == TN_EINPUT) {
        complain_about_file(diag, name, why_unreadable(number));
        if (tn_diag_failed(diag)) ret = TN_ENOMEM;
        ret = tn_error_set(err, ret, "%s: %s", name, why_unreadable(number));
    } else {
        ret = tn_error_set(err, ret, "%s: %s", name, tn_error_text(ret));
    }
    tn_free(bytes);
    return ret;
}
