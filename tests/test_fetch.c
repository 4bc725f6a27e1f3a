/* Bringing data sets into a folder, without a network (downloads: test_cli_data_fetch.sh). */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "check.h"
#include "io/http.h"
#include "tenure/fetch.h"

/* sha256 of "abc" (FIPS 180-2, example B.1) */
#define ABC "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

static const tn_source_t abc = {.id = "abc",
    .title = "three letters",
    .file = "abc.txt",
    .alias = "letters.txt",
    .page = "https://example.org/abc",
    .sha256 = ABC};

static char folder[] = "/tmp/tenure-fetch-XXXXXX";

static char *in(const char *name)
{
    static char path[4][256];
    static int k;
    k = (k + 1) % 4;
    snprintf(path[k], sizeof path[k], "%s/%s", folder, name);
    return path[k];
}

static void put(const char *name, const char *text)
{
    FILE *f = fopen(in(name), "wb");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static int set_up(void **state)
{
    (void)state;
    strcpy(folder + sizeof folder - 7, "XXXXXX");
    return mkdtemp(folder) == NULL || mkdir(in("from"), 0777) != 0;
}

static int tear_down(void **state)
{
    char command[300];
    (void)state;
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command); /* NOLINT: our own folder */
}

static tn_fetch_options_t options(void)
{
    tn_fetch_options_t opt = TN_FETCH_OPTIONS_DEFAULT;
    static char to[256], from[256];
    snprintf(to, sizeof to, "%s/to/deep", folder);
    snprintf(from, sizeof from, "%s/from", folder);
    opt.folder = to;
    opt.from = from;
    return opt;
}

static void a_right_file_is_copied_and_found(void **state)
{
    (void)state;
    tn_fetch_result_t r;
    const tn_fetch_options_t opt = options();
    assert_int_equal(tn_fetch_look(&abc, &opt, &r, NULL), 0);
    assert_int_equal(r.state, TN_FETCH_MISSING);
    put("from/abc.txt", "abc");
    assert_int_equal(tn_fetch(&abc, &opt, &r, NULL), 0);
    assert_true(r.is_checked);
    assert_string_equal(r.sha256, ABC);
    assert_string_equal(r.path, in("to/deep/abc.txt"));
    assert_int_equal(r.n_bytes, 3);
    assert_int_equal(r.n_received, 0);
    assert_int_equal(access(in("to/deep/abc.txt.part"), F_OK), -1);
    assert_int_equal(tn_fetch_look(&abc, &opt, &r, NULL), 0);
    assert_int_equal(r.state, TN_FETCH_PRESENT);
}

static void a_copy_under_its_other_name_keeps_it(void **state)
{
    (void)state;
    tn_fetch_result_t r;
    const tn_fetch_options_t opt = options();
    put("from/letters.txt", "abc");
    assert_int_equal(tn_fetch(&abc, &opt, &r, NULL), 0);
    assert_string_equal(r.path, in("to/deep/letters.txt"));
    assert_int_equal(tn_fetch_look(&abc, &opt, &r, NULL), 0);
    assert_int_equal(r.state, TN_FETCH_PRESENT);
}

static void another_version_is_kept_aside(void **state)
{
    (void)state;
    tn_error_t err;
    tn_fetch_result_t r;
    tn_fetch_options_t opt = options();
    put("from/abc.txt", "abd");
    assert_int_equal(tn_fetch(&abc, &opt, &r, &err), TN_EINPUT);
    assert_non_null(strstr(err.message, ABC));
    assert_int_equal(access(in("to/deep/abc.txt.differs"), R_OK), 0);
    assert_int_equal(access(in("to/deep/abc.txt"), F_OK), -1);
    put("to/deep/abc.txt", "abd"); /* put there by hand: left alone unless told otherwise */
    assert_int_equal(tn_fetch(&abc, &opt, &r, &err), TN_EINPUT);
    assert_non_null(strstr(err.message, "--force"));
    put("from/abc.txt", "abc");
    opt.replace = true;
    assert_int_equal(tn_fetch(&abc, &opt, &r, &err), 0);
    assert_true(r.is_checked);
}

static void a_web_page_is_no_data(void **state)
{
    (void)state;
    tn_error_t err;
    tn_fetch_result_t r;
    tn_source_t any = abc;
    any.sha256 = NULL;
    const tn_fetch_options_t opt = options();
    put("from/abc.txt", " \n<html>moved</html>");
    assert_int_equal(tn_fetch(&any, &opt, &r, &err), TN_EINPUT);
    assert_non_null(strstr(err.message, "web page"));
}

static void errors_name_the_next_step(void **state)
{
    (void)state;
    tn_error_t err;
    tn_fetch_result_t r;
    tn_fetch_options_t opt = options();
    assert_int_equal(tn_fetch(&abc, &opt, &r, &err), TN_EIO);
    assert_non_null(strstr(err.message, "abc.txt or letters.txt"));
    opt.from = NULL;
    assert_int_equal(tn_fetch(&abc, &opt, &r, &err), TN_EARG);
    assert_non_null(strstr(err.message, "https://example.org/abc"));
    opt.from = options().from;
    put("plain", "a file where the folder should be");
    put("from/abc.txt", "abc");
    opt.folder = in("plain/deep");
    assert_int_equal(tn_fetch(&abc, &opt, &r, &err), TN_EIO);
    assert_int_equal(tn_fetch(&abc, &opt, &r, NULL), TN_EIO);
}

static void failed_allocation_is_an_error(void **state)
{
    (void)state;
    const tn_fetch_options_t opt = options();
    put("from/abc.txt", "abc");
    for (long k = 1;; k++) {
        tn_fetch_result_t r;
        tn_mem_fail_at(k);
        const int ret = tn_fetch(&abc, &opt, &r, NULL);
        tn_mem_fail_at(0);
        if (ret == 0) break;
        assert_int_equal(ret, TN_ENOMEM);
        assert_true(k < 10);
    }
}

static void sources_are_complete(void **state)
{
    (void)state;
    size_t n;
    const tn_source_t *s = tn_source_list(&n);
    assert_true(n >= 7);
    for (size_t i = 0; i < n; i++) {
        assert_ptr_equal(tn_source_find(s[i].id), &s[i]);
        assert_true(s[i].title && s[i].owner && s[i].file && s[i].page && s[i].terms && s[i].cite);
        assert_true(s[i].sha256 == NULL || strlen(s[i].sha256) == 64);
        assert_null(strchr(s[i].file, '/'));
        if (tn_fetch_has_network())
            assert_true(s[i].url == NULL || tn_http_is_allowed(s[i].url, false));
    }
    assert_null(tn_source_find("nothing"));
}

static void only_https_and_this_machine_are_asked(void **state)
{
    (void)state;
    if (!tn_fetch_has_network()) skip();
    assert_true(tn_http_is_allowed("https://example.org/x", false));
    assert_true(tn_http_is_allowed("HTTPS://example.org/x", false));
    assert_true(tn_http_is_allowed("http://127.0.0.1:80/x", true));
    assert_true(tn_http_is_allowed("http://127.0.0.1/x", true));
    assert_false(tn_http_is_allowed("http://127.0.0.1/x", false));
    assert_false(tn_http_is_allowed("http://127.0.0.1:80@example.org/x", true));
    assert_false(tn_http_is_allowed("http://127.0.0.11/x", true));
    assert_false(tn_http_is_allowed("http://localhost/x", true));
    assert_false(tn_http_is_allowed("ftp://example.org/x", true));
    assert_false(tn_http_is_allowed("file:///etc/passwd", true));
    assert_false(tn_http_is_allowed("", true));
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(a_right_file_is_copied_and_found),
        IN_FOLDER(a_copy_under_its_other_name_keeps_it),
        IN_FOLDER(another_version_is_kept_aside),
        IN_FOLDER(a_web_page_is_no_data),
        IN_FOLDER(errors_name_the_next_step),
        IN_FOLDER(failed_allocation_is_an_error),
        cmocka_unit_test(sources_are_complete),
        cmocka_unit_test(only_https_and_this_machine_are_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
