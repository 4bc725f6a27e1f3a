/* REIGN and Wikidata do not say how a leader went. Where a coup succeeded in the country on about
 * that day, it was the coup; all other ways stay unknown. Nor do they say how a leader came: who
 * follows on a coup came by it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/merge_state.h"

#define NEAR_DAYS 7

static const char SELECT_COUP[] =
    "SELECT kind || ':' || coup.row, day FROM coup JOIN source ON id = coup.source WHERE gwcode = "
    "?1 AND"
    " success AND day BETWEEN date(?2, '-7 days') AND date(?3, '+7 days') ORDER BY kind DESC, day"
    " LIMIT 1";

static int look_up(tn_merge_t *self, tn_statement_t *stmt, tn_spell_piece_t *p)
{
    char first[11], last[11];
    tn_date_format(tn_piece_first_end(p), first);
    tn_date_format(tn_piece_last_end(p), last);
    tn_statement_reset(stmt);
    tn_statement_bind_integer(stmt, 1, p->gwcode);
    tn_statement_bind_text(stmt, 2, first);
    tn_statement_bind_text(stmt, 3, last);
    int ret = tn_statement_step(stmt, self->err);
    if (ret != 1) return ret;
    p->route = "coup";
    p->flag = "";
    p->route_from = tn_merge_copy(self, tn_statement_text(stmt, 0, NULL));
    if (p->route_from == NULL) return TN_ENOMEM;
    return tn_merge_log(
        self, p, "guessed", "unknown", "coup", "a coup succeeded within a week of the end");
}

static bool ends_by_coup_about(const tn_spell_piece_t *p, int gwcode, int32_t day)
{
    return p->gwcode == gwcode && p->last != NULL && strcmp(p->route, "coup") == 0 &&
           tn_piece_first_end(p) - NEAR_DAYS <= day && day <= tn_piece_last_end(p) + NEAR_DAYS;
}

static int mark_entries(tn_merge_t *self)
{
    int ret = 0;
    for (size_t i = 0; i < self->out.n && ret == 0; i++) {
        tn_spell_piece_t *p = &self->out.piece[i];
        if (strcmp(p->entry, "unknown") != 0 || strcmp(p->start_precision, "day") != 0) continue;
        for (size_t k = 0; k < self->out.n; k++) {
            if (k == i || !ends_by_coup_about(&self->out.piece[k], p->gwcode, p->start_day))
                continue;
            p->entry = "irregular";
            ret = tn_merge_log(
                self, p, "guessed", "unknown", "irregular", "the leader before fell by a coup");
            break;
        }
    }
    return ret;
}

int tn_merge_coups(tn_merge_t *self)
{
    tn_statement_t stmt;
    int ret = tn_statement_init(&stmt, self->db, SELECT_COUP, self->err);
    for (size_t i = 0; i < self->out.n && ret == 0; i++) {
        tn_spell_piece_t *p = &self->out.piece[i];
        if (strcmp(p->route, "unknown") != 0 || p->last == NULL) continue;
        if (strcmp(p->last_precision, "year") == 0) continue;
        ret = look_up(self, &stmt, p);
    }
    tn_statement_free(&stmt);
    return ret == 0 ? mark_entries(self) : ret;
}
