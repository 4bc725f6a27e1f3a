/* The page of an explanation: what moved the forecast, what would, and on whose word. */
#include "report/html.h"

static void head(FILE *out, json_t *root)
{
    fputs("<header><p class=\"kicker\">Why the forecast is what it is</p><h1>", out);
    tn_html_text(out, tn_html_string(root, "title"));
    fputs("</h1></header>\n", out);
    json_t *rows = tn_html_at(root, "data/tables/origins/rows");
    fputs("<ul class=\"notes\">", out);
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const char *said = json_string_value(json_object_get(json_array_get(rows, i), "collapsed"));
        if (said == NULL) continue;
        fputs("<li>", out);
        tn_html_text(out, json_string_value(json_object_get(json_array_get(rows, i), "origin")));
        fputs(": ", out);
        tn_html_text(out, said);
        fputs("</li>", out);
    }
    fputs("</ul>\n", out);
}

#define ROWS(name) "data/tables/" name "/rows"
#define CHANGE                                                                                     \
    {                                                                                              \
        "difference", "points", TN_CELL_POINTS                                                     \
    }
#define CHANGE_ERROR                                                                               \
    {                                                                                              \
        "std.error", "95 %, points", TN_CELL_ERROR                                                 \
    }
#define ODDS                                                                                       \
    {"log.odds", "log-odds", TN_CELL_NUMBER}, { "log.odds.se", "s.e.", TN_CELL_NUMBER }

static const tn_html_section_t sections[] = {
    {"origins", "What each origin changed",
        "The forecast against one without the claims of this origin. However many reports repeat "
        "an origin, it counts once; the second bar is what the same reports would do if each had "
        "an origin of its own.",
        "explainOrigins", "Origins", ROWS("origins"),
        {{"origin", "origin", 0}, {"reports", "reports", 0}, {"claims", "claims", 0}, CHANGE,
            CHANGE_ERROR, {"as.independent", "as independent, points", TN_CELL_POINTS}, ODDS,
            {"ess.share", "sample without it", TN_CELL_PERCENT}}},
    {"claims", "What each claim changed", "One claim at a time, against a forecast without it.",
        "explainClaims", "Claims", ROWS("claims"),
        {{"claim", "no.", 0}, {"is.claimed", "claim", 0}, {"origin", "origin", 0},
            {"reports", "reports", 0}, CHANGE, CHANGE_ERROR, ODDS}},
    {"tripwires", "What to watch",
        "What could be seen in the coming weeks, how likely that is, and what the forecast would "
        "be then. These are observations of our own, surely made; somebody's word of them counts "
        "for less. Bits say how much the observation tells about the exit, on average.",
        "explainTripwires", "Tripwires, most telling first", ROWS("tripwires"),
        {{"meaning", "observation", 0}, {"p.seen", "chance", TN_CELL_PERCENT},
            {"if.seen", "if seen", TN_CELL_PERCENT}, {"if.seen.se", "95 %, points", TN_CELL_ERROR},
            {"if.not", "if not", TN_CELL_PERCENT}, {"if.not.se", "95 %, points", TN_CELL_ERROR},
            {"bits", "bits", TN_CELL_NUMBER}, {"bits.se", "s.e.", TN_CELL_NUMBER}}},
    {"drivers", "What drives it",
        "Parameters that nobody knows well. Swing: the chance in the third of the worlds where it "
        "is high, less that in the third where it is low. Sobol indices share out the variance "
        "over the parameters, without reports.",
        "explainDrivers explainSobol", "Drivers", ROWS("drivers"),
        {{"meaning", "parameter", 0}, {"parameter", "name", 0}, CHANGE, CHANGE_ERROR,
            {"first.order", "first order", TN_CELL_NUMBER}, {"first.se", "s.e.", TN_CELL_NUMBER},
            {"total", "total", TN_CELL_NUMBER}, {"total.se", "s.e.", TN_CELL_NUMBER}}},
    {"matrix", "Claims by ways out",
        "In the manner of an analysis of competing hypotheses: the log likelihood ratio of the "
        "claim between worlds that end this way and all worlds. A row of noughts is a claim that "
        "tells nothing apart, however alarming.",
        "explainMatrix", "Log likelihood ratios", ROWS("matrix"),
        {{"is.claimed", "claim", 0}, {"origin", "origin", 0}, {"death", "death", TN_CELL_NUMBER},
            {"incapacity", "incapacity", TN_CELL_NUMBER},
            {"assassination", "assassination", TN_CELL_NUMBER}, {"coup", "coup", TN_CELL_NUMBER},
            {"uprising", "uprising", TN_CELL_NUMBER}, {"regular", "regular", TN_CELL_NUMBER},
            {"foreign", "foreign", TN_CELL_NUMBER}, {"in.office", "stays", TN_CELL_NUMBER}}},
    {"tipping", "Distance to the tipping point", NULL, NULL, "On the as-of date", ROWS("tipping"),
        {{"figure", "figure", 0}, {"estimate", "estimate", TN_CELL_NUMBER},
            {"std.error", "s.e.", TN_CELL_NUMBER}}},
    {"provenance", "Who said it, on whose word",
        "A claim is what somebody said, not what is so. Reports of the same claim by the same "
        "origin count once.",
        "explainProvenance", "Reports", ROWS("provenance"),
        {{"report", "report", 0}, {"date", "date", 0}, {"origin", "who says it", 0},
            {"via", "passed on by", 0}, {"is.claimed", "claim", 0}, {"counts", "counts", 0}}},
};

const tn_html_kind_t tn_html_explain_kind = {
    "explain", head, sections, sizeof sections / sizeof sections[0], tn_html_manifest};
