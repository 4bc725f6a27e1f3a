/* Words of estimative probability: ICD-203 (2015), row 1. An edge belongs to the higher class. */
#include <stddef.h>

#include "tenure/report.h"

typedef struct word_class {
    double from;
    const char *words;
} word_class_t;

const char *tn_icd203_words(double p)
{
    static const word_class_t classes[] = {
        {0.95, "almost certain"},
        {0.80, "very likely"},
        {0.55, "likely"},
        {0.45, "roughly even chance"},
        {0.20, "unlikely"},
        {0.05, "very unlikely"},
        {0.01, "almost no chance"},
    };
    if (!(p >= 0.01 && p <= 0.99)) return "";
    for (size_t i = 0; i < sizeof classes / sizeof classes[0]; i++) {
        if (p >= classes[i].from) return classes[i].words;
    }
    return "";
}
