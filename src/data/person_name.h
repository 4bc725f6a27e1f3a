/** Names of persons as sources write them: "Lukashenko", "Alexander Lukashenko", with accents or
 * without. */
#ifndef TN_DATA_PERSON_NAME_H
#define TN_DATA_PERSON_NAME_H
#include <stdbool.h>
#include <stddef.h>

/** Small ASCII letters and single blanks: accents, hyphens and points removed. */
void tn_person_name_plain(const char *name, char *out, size_t size);
/** Whether a word of three letters or more stands in both names, or one name is the other. */
bool tn_person_name_alike(const char *a, const char *b);
#endif
