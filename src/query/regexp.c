#include "query/functions.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <sqlite3.h>
#include <stdlib.h>

/* What one match may cost: some ms; memory in KiB. A pattern is short. */
enum {
    MATCH_LIMIT = 200000,
    DEPTH_LIMIT = 2000,
    HEAP_LIMIT = 4096,
    PATTERN_MAX = 4096
};

struct pattern {
    pcre2_code *code;
    pcre2_match_data *data;
    pcre2_match_context *limits;
};

static void pattern_free(void *p)
{
    struct pattern *re = p;
    if (!re)
        return;
    pcre2_match_context_free(re->limits);
    pcre2_match_data_free(re->data);
    pcre2_code_free(re->code);
    free(re);
}

static void wrong_pattern(sqlite3_context *ctx, int code, size_t at)
{
    unsigned char said[120];
    pcre2_get_error_message(code, said, sizeof said);
    char *text =
        sqlite3_mprintf("REGEXP: at position %d of the pattern: %s", (int)at + 1, said);
    if (text)
        sqlite3_result_error(ctx, text, -1);
    sqlite3_free(text);
}

static struct pattern *pattern_new(sqlite3_context *ctx, sqlite3_value *text)
{
    const unsigned char *p = sqlite3_value_text(text);
    size_t n = p ? (size_t)sqlite3_value_bytes(text) : 0, at = 0;
    int code = 0;
    struct pattern *re = calloc(1, sizeof *re);
    if (!re) {
        sqlite3_result_error_nomem(ctx);
        return NULL;
    }
    if (n > PATTERN_MAX) {
        sqlite3_result_error(ctx, "REGEXP: the pattern is too long", -1);
        pattern_free(re);
        return NULL;
    }
    re->code =
        pcre2_compile(p ? p : (const unsigned char *)"", n,
                      PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C,
                      &code, &at, NULL);
    if (!re->code) {
        wrong_pattern(ctx, code, at);
        pattern_free(re);
        return NULL;
    }
    re->data = pcre2_match_data_create(1, NULL);
    re->limits = pcre2_match_context_create(NULL);
    if (!re->data || !re->limits) {
        sqlite3_result_error_nomem(ctx);
        pattern_free(re);
        return NULL;
    }
    pcre2_set_match_limit(re->limits, MATCH_LIMIT);
    pcre2_set_depth_limit(re->limits, DEPTH_LIMIT);
    pcre2_set_heap_limit(re->limits, HEAP_LIMIT);
    return re;
}

/* X REGEXP Y is regexp(Y, X). */
static void fn_regexp(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
    struct pattern *re = sqlite3_get_auxdata(ctx, 0);
    bool made = !re;
    (void)argc;
    if (sqlite3_value_type(argv[0]) == SQLITE_NULL ||
        sqlite3_value_type(argv[1]) == SQLITE_NULL)
        return;
    if (made && !(re = pattern_new(ctx, argv[0])))
        return;
    const unsigned char *p = sqlite3_value_text(argv[1]);
    size_t n = p ? (size_t)sqlite3_value_bytes(argv[1]) : 0;
    int found = pcre2_match(re->code, p ? p : (const unsigned char *)"", n, 0, 0,
                            re->data, re->limits);
    if (found >= 0 || found == PCRE2_ERROR_NOMATCH)
        sqlite3_result_int(ctx, found >= 0);
    else
        sqlite3_result_error(ctx, "REGEXP: the pattern costs too much to match", -1);
    if (made)
        sqlite3_set_auxdata(ctx, 0, re, pattern_free);
}

int regexp_register(struct sqlite3 *sql)
{
    return sqlite3_create_function_v2(sql, "regexp", 2,
                                      SQLITE_UTF8 | SQLITE_DETERMINISTIC, NULL,
                                      fn_regexp, NULL, NULL, NULL);
}
