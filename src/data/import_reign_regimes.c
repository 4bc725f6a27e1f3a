/* REIGN's regime list, after Geddes, Wright & Frantz: one row per regime spell, American dates. */
#include <string.h>

#include "data/import.h"

static const struct {
    const char *type;
    tn_regime_t regime;
} TYPES[] = {{"parliamentary", TN_REGIME_PARLIAMENTARY}, {"presidential", TN_REGIME_PRESIDENTIAL},
    {"personal", TN_REGIME_PERSONAL}, {"party-based", TN_REGIME_PARTY},
    {"party-personal", TN_REGIME_PARTY}, {"party-military", TN_REGIME_PARTY},
    {"party-personal-military", TN_REGIME_PARTY}, {"oligarchy", TN_REGIME_PARTY},
    {"military", TN_REGIME_MILITARY}, {"military personal", TN_REGIME_MILITARY},
    {"indirect military", TN_REGIME_MILITARY}, {"monarchy", TN_REGIME_MONARCHY},
    {"provisional", TN_REGIME_PROVISIONAL}, {"civilian provisional", TN_REGIME_PROVISIONAL},
    {"provisional military", TN_REGIME_PROVISIONAL}, {"foreign-occupied", TN_REGIME_PROVISIONAL},
    {"warlordism", TN_REGIME_PROVISIONAL}};

static tn_regime_t regime_of(tn_import_t *self, const char *type)
{
    for (size_t k = 0; k < sizeof TYPES / sizeof TYPES[0]; k++) {
        if (strcmp(TYPES[k].type, type) == 0) return TYPES[k].regime;
    }
    tn_import_log(self, "gwf_regimetype", TN_LOG_FLAGGED, type, "unknown", "a type not known");
    return TN_REGIME_UNKNOWN;
}

static void read_row(tn_import_t *self)
{
    char type[TN_IMPORT_TEXT];
    const char *found = tn_import_text(self, "gwf_regimetype");
    (void)snprintf(type, sizeof type, "%s", found);
    size_t n = strlen(type);
    while (n > 0 && type[n - 1] == ' ')
        type[--n] = '\0';
    if (strcmp(type, found) != 0)
        tn_import_log(self, "gwf_regimetype", TN_LOG_REPAIRED, found, type, "a trailing blank");
    const tn_when_t from =
        tn_import_us(self, "gwf_startdate", tn_import_text(self, "gwf_startdate"));
    const tn_when_t to = tn_import_us(self, "gwf_enddate", tn_import_text(self, "gwf_enddate"));
    if (from.day == TN_DATE_NONE || to.day == TN_DATE_NONE || to.day < from.day) {
        tn_import_drop(self, "gwf_enddate", tn_import_text(self, "gwf_enddate"),
            "no start, no end, or ends before it starts");
        return;
    }
    const int gwcode = tn_import_cow(self, "cowcode", from);
    if (gwcode == 0) return;
    const tn_regime_spell_t regime = {.gwcode = gwcode,
        .from = from.day,
        .to = to.day,
        .regime = regime_of(self, type),
        .type = type};
    tn_import_regime(self, &regime, tn_import_text(self, "cowcode"));
}

static void read_rows(tn_import_t *self)
{
    const int key = tn_sheet_find(self->sheet, "gwf_casename");
    for (size_t i = 0; i < self->sheet->n_rows && self->failed == 0; i++) {
        tn_import_row(self, i, tn_sheet_text(self->sheet, i, key));
        read_row(self);
    }
}

static const char *const COLUMNS[] = {
    "cowcode", "gwf_casename", "gwf_startdate", "gwf_enddate", "gwf_regimetype", NULL};
const tn_importer_t tn_importer_reign_regimes = {
    .kind = "reign-regimes", .columns = COLUMNS, .version = "2021", .read = read_rows};
