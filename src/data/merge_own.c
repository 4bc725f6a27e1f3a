/* One's own spells go before all others: what overlaps them in the country ends the day before, or
 * goes. What became of it stands in the log. */
#include <stdio.h>

#include "data/merge_state.h"

/* The list that reaches furthest: who is in office in one's own list is so until then. */
static const tn_pieces_t *furthest(const tn_merge_t *self)
{
    const tn_pieces_t *lists[] = {&self->own, &self->archigos, &self->reign, &self->wikidata};
    const tn_pieces_t *best = lists[0];
    for (int k = 1; k < 4; k++) {
        if (lists[k]->n > 0 && lists[k]->covers_to > best->covers_to) best = lists[k];
    }
    return best;
}

static int32_t end_of(const tn_merge_t *self, const tn_spell_piece_t *p)
{
    return p->is_open || p->last == NULL ? furthest(self)->covers_to : p->last_day;
}

/* Cuts p where own begins. @return 1 if nothing is left of p, 0, or a negative code. */
static int make_way(tn_merge_t *self, tn_spell_piece_t *p, const tn_spell_piece_t *own)
{
    if (p->gwcode != own->gwcode || p->start_day > end_of(self, own)) return 0;
    const bool is_open = p->last == NULL || p->is_open;
    if (!is_open && tn_piece_first_end(p) <= own->start_day) return 0;
    if (p->start_day >= own->start_day) {
        const int ret = tn_merge_log(
            self, p, "dropped", p->start, NULL, "a list of one's own has another leader then");
        return ret < 0 ? ret : 1;
    }
    const int ret = tn_merge_log(self, p, "guessed", p->last, own->start,
        "a list of one's own has the next leader: ends when that one enters");
    p->last = own->start;
    p->last_precision = own->start_precision;
    p->last_day = own->start_day;
    p->last_from = p->route_from = own->id;
    p->route = "unknown";
    p->flag = "";
    p->is_open = false;
    return ret;
}

int tn_merge_own(tn_merge_t *self)
{
    int ret = 0;
    for (size_t k = 0; k < self->own.n && ret == 0; k++) {
        size_t n = 0;
        for (size_t i = 0; i < self->out.n; i++) {
            const int gone = ret < 0 ? 0 : make_way(self, &self->out.piece[i], &self->own.piece[k]);
            if (gone < 0) ret = gone;
            if (gone != 1) self->out.piece[n++] = self->out.piece[i];
        }
        self->out.n = n;
    }
    for (size_t k = 0; k < self->own.n && ret == 0; k++) {
        tn_spell_piece_t *p = &self->own.piece[k];
        if (p->last == NULL) {
            p->last = furthest(self)->covers;
            p->last_precision = "day";
        }
        ret = tn_merge_put(self, p);
    }
    return ret;
}
