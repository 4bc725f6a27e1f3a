/* The page of an explanation: what moved the forecast, what would, and on whose word. */
#include <math.h>

#include "report/html.h"

#define N_TOP 3

static json_t *row_of(json_t *root, const char *path, size_t i)
{
    return json_array_get(tn_html_at(root, path), i);
}

static const char *text_of(json_t *row, const char *key)
{
    return json_string_value(json_object_get(row, key));
}

static void percent(FILE *out, json_t *row, const char *key, const char *se)
{
    tn_html_value(out, json_object_get(row, key), json_object_get(row, se), TN_CELL_PERCENT);
}

static void points(FILE *out, json_t *row)
{
    tn_html_value(out, json_object_get(row, "difference"), NULL, TN_CELL_POINTS);
}

/** One of the views: a question, a large number, and what comes after it. */
static void view_card(FILE *out, json_t *row, const char *class, const char *question)
{
    fprintf(out, "<section class=\"card %s\"><h2>%s</h2><p class=\"big\">", class, question);
    percent(out, row, "p", "std.error");
    fputs("</p><p>", out);
}

static void answer_cards(FILE *out, json_t *root)
{
    json_t *now = row_of(root, "data/tables/views/rows", 2);
    const char *words = tn_icd203_words(json_number_value(json_object_get(now, "p")));
    view_card(out, row_of(root, "data/tables/views/rows", 0), "base", "Base rate");
    fputs("this court without its news</p></section>\n", out);
    view_card(out, now, "likely", "How likely?");
    if (words[0] != '\0') fprintf(out, "<strong>%s</strong>: ", words);
    tn_html_text(out, tn_html_string(root, "data/tables/views/title"));
    fputs("</p></section>\n", out);
}

/** The row with the largest difference either way. */
static json_t *largest(json_t *rows)
{
    json_t *best = NULL;
    double size = 0.0;
    for (size_t i = 0; i < json_array_size(rows); i++) {
        json_t *row = json_array_get(rows, i);
        const double d = fabs(json_number_value(json_object_get(row, "difference")));
        if (d <= size) continue;
        size = d;
        best = row;
    }
    return best;
}

static void why_card(FILE *out, json_t *root)
{
    static const char *const step[] = {"base rate", "+ situation", "+ reports"};
    json_t *origin = largest(tn_html_at(root, "data/tables/origins/rows"));
    fputs("<section class=\"card why\"><h2>Why?</h2><ul class=\"rows\">", out);
    for (size_t i = 0; i < 3; i++) {
        fprintf(out, "<li><span>%s</span> <b>", step[i]);
        percent(out, row_of(root, "data/tables/views/rows", i), "p", "std.error");
        fputs("</b></li>", out);
    }
    fputs("</ul>", out);
    if (origin != NULL) {
        fputs("<p>most from ", out);
        tn_html_text(out, text_of(origin, "origin"));
        fputs(": ", out);
        points(out, origin);
        fputs(" points</p>", out);
    }
    fputs("</section>\n", out);
}

/** The observations that would tell most. */
static void watch_card(FILE *out, json_t *root)
{
    fputs("<section class=\"card\"><h2>What would move it?</h2><ul class=\"rows\">", out);
    for (size_t i = 0; i < N_TOP; i++) {
        json_t *row = row_of(root, "data/tables/tripwires/rows", i);
        if (row == NULL) break;
        fputs("<li><span>", out);
        tn_html_words(out, text_of(row, "observation"));
        fputs(" <small>(chance ", out);
        percent(out, row, "p.seen", "p.seen.se");
        fputs(")</small></span> <b>", out);
        percent(out, row, "if.seen", "if.seen.se");
        fputs("</b></li>", out);
    }
    fputs("</ul><p>the forecast if it is seen in the coming weeks</p></section>\n", out);
}

static void drivers_card(FILE *out, json_t *root)
{
    fputs("<section class=\"card\"><h2>What is least known?</h2><ul class=\"rows\">", out);
    for (size_t i = 0; i < N_TOP; i++) {
        json_t *row = row_of(root, "data/tables/drivers/rows", i);
        if (row == NULL) break;
        fputs("<li><span>", out);
        tn_html_text(out, text_of(row, "meaning"));
        fputs("</span> <b>", out);
        points(out, row);
        fputs("</b></li>", out);
    }
    fputs("</ul><p>points, where it is high against where it is low</p></section>\n", out);
}

static void head(FILE *out, json_t *root)
{
    fputs("<header><p class=\"kicker\">Why the forecast is what it is</p><h1>", out);
    tn_html_text(out, tn_html_string(root, "title"));
    fputs("</h1></header>\n<div class=\"cards\">\n", out);
    answer_cards(out, root);
    why_card(out, root);
    watch_card(out, root);
    drivers_card(out, root);
    fputs("</div>\n", out);
    json_t *rows = tn_html_at(root, "data/tables/origins/rows");
    fputs("<ul class=\"notes\">", out);
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const char *said = text_of(json_array_get(rows, i), "collapsed");
        if (said == NULL) continue;
        fputs("<li>", out);
        tn_html_text(out, text_of(json_array_get(rows, i), "origin"));
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
        {{"observation", "observation", 0}, {"meaning", "seen if", 0},
            {"p.seen", "chance", TN_CELL_PERCENT}, {"if.seen", "if seen", TN_CELL_PERCENT},
            {"if.seen.se", "95 %, points", TN_CELL_ERROR}, {"if.not", "if not", TN_CELL_PERCENT},
            {"if.not.se", "95 %, points", TN_CELL_ERROR}, {"bits", "bits", TN_CELL_NUMBER},
            {"bits.se", "s.e.", TN_CELL_NUMBER}}},
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
