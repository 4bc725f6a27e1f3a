/* After the end of the list of effective leaders: who holds the office that the last one held.
 * Wikidata tells heads of state from heads of government, not who rules. So the leader still in
 * office when the list ends is looked up by name, or, as names are spelled in many ways, by the day
 * of entry; the role found rules the country on. If neither fits nothing is known after the list.
 */
#include <stdlib.h>
#include <string.h>

#include "data/merge_state.h"
#include "data/person_name.h"

#define NEAR_DAYS 62 /* a start that two lists tell differently */

/* Wikidata's spell of the person who is in office when the list ends; NULL if there is none. Of
 * several the last to end counts: who holds both roles rules until the second is over. */
static tn_spell_piece_t *same_person(
    tn_merge_t *self, const tn_spell_piece_t *last, int32_t covers_to)
{
    tn_spell_piece_t *best = NULL;
    for (size_t i = 0; i < self->wikidata.n; i++) {
        tn_spell_piece_t *w = &self->wikidata.piece[i];
        if (w->gwcode != last->gwcode || w->is_used || w->role == NULL) continue;
        if (w->start_day > covers_to || w->last_day <= covers_to) continue;
        if (!tn_person_name_alike(w->name, last->name)) continue;
        if (best == NULL || w->last_day > best->last_day) best = w;
    }
    return best;
}

/* Nobody of that name: the one whose start is nearest, if it is near and of no other person too. */
static tn_spell_piece_t *same_start(
    tn_merge_t *self, const tn_spell_piece_t *last, int32_t covers_to)
{
    tn_spell_piece_t *best = NULL;
    int nearest = NEAR_DAYS;
    bool is_one = true;
    for (size_t i = 0; i < self->wikidata.n; i++) {
        tn_spell_piece_t *w = &self->wikidata.piece[i];
        if (w->gwcode != last->gwcode || w->is_used || w->role == NULL) continue;
        if (w->start_day > covers_to || w->last_day <= covers_to) continue;
        const int days = abs(w->start_day - last->start_day);
        if (days > nearest) continue;
        const bool is_nearer = days < nearest || best == NULL;
        if (is_nearer) is_one = true;
        if (!is_nearer && strcmp(w->person, best->person) != 0) is_one = false;
        if (is_nearer || w->last_day > best->last_day) best = w;
        nearest = days;
    }
    return is_one ? best : NULL;
}

/* The next one in the role, entering after the list's end; NULL: nobody. Whoever claimed it before
 * was not in office by the list. */
static tn_spell_piece_t *next_in_role(
    tn_merge_t *self, const tn_spell_piece_t *now, const char *role, int32_t covers_to)
{
    tn_spell_piece_t *best = NULL;
    for (size_t i = 0; i < self->wikidata.n; i++) {
        tn_spell_piece_t *w = &self->wikidata.piece[i];
        if (w->gwcode != now->gwcode || w->is_used || w->role == NULL) continue;
        if (strcmp(w->role, role) != 0 || w->start_day <= now->start_day) continue;
        if (w->start_day <= covers_to) continue;
        if (strcmp(w->person, now->person) == 0) continue;
        if (best == NULL || w->start_day < best->start_day) best = w;
    }
    return best;
}

/* An end that Wikidata does not give is the start of the next one. */
static int close_by(tn_merge_t *self, tn_spell_piece_t *p, const tn_spell_piece_t *next)
{
    if (p->last != NULL && p->last_day <= next->start_day + NEAR_DAYS) return 0;
    const int ret = tn_merge_log(self, next, "guessed", p->last, next->start,
        "the one before has no end, or a later one: it is put on this start");
    p->last = next->start;
    p->last_precision = next->start_precision;
    p->last_day = next->start_day;
    p->last_from = next->id;
    return ret;
}

/* In office when Wikidata was asked. */
static void leave_open(tn_merge_t *self, tn_spell_piece_t *p)
{
    p->last = self->wikidata.covers;
    p->last_precision = "day";
    p->last_day = self->wikidata.covers_to;
    p->route = "censored";
    p->flag = "";
    p->is_open = true;
}

static void take_end(tn_spell_piece_t *p, const tn_spell_piece_t *w)
{
    p->last = w->last;
    p->last_precision = w->last_precision;
    p->last_day = w->last_day;
    p->last_from = p->route_from = w->id;
    p->route = w->route;
    p->flag = w->flag;
    p->is_open = false;
}

/* Everybody in the role after p, which is in the list already at index at. */
static int follow(
    tn_merge_t *self, size_t at, const char *role, const tn_spell_piece_t *w, int32_t covers_to)
{
    tn_spell_piece_t now = *w; /* Wikidata's view of the one at `at` */
    for (int ret = 0;; at = self->out.n - 1) {
        tn_spell_piece_t *next = next_in_role(self, &now, role, covers_to);
        tn_spell_piece_t *p = &self->out.piece[at];
        if (next == NULL) {
            if (p->last == NULL) leave_open(self, p);
            return 0;
        }
        ret = close_by(self, p, next);
        next->is_used = true;
        next->counts_from = next->start;
        next->is_open = false;
        now = *next;
        if (ret == 0) ret = tn_merge_put(self, next);
        if (ret < 0) return ret;
    }
}

static int go_on(tn_merge_t *self, size_t at, int32_t covers_to)
{
    tn_spell_piece_t *p = &self->out.piece[at];
    tn_spell_piece_t *w = same_person(self, p, covers_to);
    int ret = 0;
    if (w == NULL) {
        w = same_start(self, p, covers_to);
        if (w == NULL) {
            return tn_merge_log(self, p, "flagged", NULL, NULL,
                "in office when the list ends, and not found in Wikidata: nothing is known after "
                "it");
        }
        ret = tn_merge_log(self, p, "guessed", p->name, w->name,
            "no such name in Wikidata: taken as who entered on that day");
    }
    w->is_used = true;
    take_end(p, w);
    return ret < 0 ? ret : follow(self, at, w->role, w, covers_to);
}

int tn_merge_tail(tn_merge_t *self)
{
    const tn_pieces_t *last = self->reign.n > 0 ? &self->reign : &self->archigos;
    const size_t n = self->out.n;
    int ret = 0;
    if (self->wikidata.n == 0 || last->n == 0) return 0;
    if (self->wikidata.covers_to <= last->covers_to) return 0;
    for (size_t i = 0; i < n && ret == 0; i++) {
        const tn_spell_piece_t *p = &self->out.piece[i];
        if (p->is_open && p->last == NULL) ret = go_on(self, i, last->covers_to);
    }
    return ret;
}
