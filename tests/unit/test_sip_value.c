#include "dissect/sip_value.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

static void same(struct slice got, const char *want, const char *input)
{
    if (!slice_eq(got, slice_str(want)))
        fail_msg("%s: '%.*s' is not '%s'", input, (int)got.n, (const char *)got.p,
                 want);
}

static const struct {
    const char *value, *display, *uri, *params;
} addresses[] = {
    {"Bob <sip:bob@example.com>", "Bob", "sip:bob@example.com", ""},
    {"\"Bob\" <sip:bob@example.com;user=phone> ;tag=1", "Bob",
     "sip:bob@example.com;user=phone", ";tag=1"},
    {"sip:bob@example.com;tag=1", "", "sip:bob@example.com", ";tag=1"},
    {"<sip:bob@example.com>;tag=1;x=\"<>\"", "", "sip:bob@example.com",
     ";tag=1;x=\"<>\""},
    {"\"a;tag=2 <sip:no@x> \\\" \" <sip:bob@example.com>;tag=1",
     "a;tag=2 <sip:no@x> \\\" ", "sip:bob@example.com", ";tag=1"},
    {"sip:bob@example.com;x=<sip:y>;tag=1", "", "sip:bob@example.com",
     ";x=<sip:y>;tag=1"},
    {"\"Bob\" sip:bob@example.com;tag=1", "Bob", "sip:bob@example.com", ";tag=1"},
    {"<sip:bob@example.com;tag=3", "", "sip:bob@example.com;tag=3", ""},
    {"\"open <sip:bob@example.com>;tag=1", "", "", ""},
    {"Anonymous", "", "", ""},
    {"*", "", "", ""},
    {"<>", "", "", ""},
    {"", "", "", ""},
};

static void address_rows(void **state)
{
    for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++) {
        const char *value = addresses[i].value;
        struct sip_name_addr a;
        bool found = sip_name_addr(slice_str(value), &a);
        assert_int_equal(found, *addresses[i].uri != '\0');
        same(a.display, addresses[i].display, value);
        same(a.uri, addresses[i].uri, value);
        same(a.params, addresses[i].params, value);
    }
    same(sip_address_params(SLICE("Anonymous;tag=1")), ";tag=1", "no URI");
}

static const struct {
    const char *text, *scheme, *user, *host, *params, *headers;
    uint16_t port;
} uris[] = {
    {"sip:alice@example.com", "sip", "alice", "example.com", "", "", 0},
    {"sips:alice:secret@example.com:5061;transport=tcp?Subject=x&b=c", "sips", "alice",
     "example.com", ";transport=tcp", "Subject=x&b=c", 5061},
    {"SIP:example.com;lr", "SIP", "", "example.com", ";lr", "", 0},
    {"sip:[2001:db8::1]:5070;lr", "sip", "", "[2001:db8::1]", ";lr", "", 5070},
    {"sip:u@2001:db8::1", "sip", "u", "2001:db8::1", "", "", 0},
    {"sip:user;par=u%40example.net@example.com", "sip", "user;par=u%40example.net",
     "example.com", "", "", 0},
    {"sip:a@example.com:99999", "sip", "a", "example.com", "", "", 0},
    {"tel:+1-201-555-0123;phone-context=x", "tel", "+1-201-555-0123", "",
     ";phone-context=x", "", 0},
    {"urn:service:sos", "urn", "service:sos", "", "", "", 0},
    {"sip:", "sip", "", "", "", "", 0},
    {"alice@example.com", "", "", "", "", "", 0},
    {"1sip:a", "", "", "", "", "", 0},
    {"", "", "", "", "", "", 0},
};

static void uri_rows(void **state)
{
    for (size_t i = 0; i < sizeof uris / sizeof *uris; i++) {
        const char *text = uris[i].text;
        struct sip_uri u;
        assert_int_equal(sip_uri(slice_str(text), &u), *uris[i].scheme != '\0');
        same(u.scheme, uris[i].scheme, text);
        same(u.user, uris[i].user, text);
        same(u.host, uris[i].host, text);
        same(u.params, uris[i].params, text);
        same(u.headers, uris[i].headers, text);
        assert_int_equal(u.port, uris[i].port);
    }
}

static const struct {
    const char *params, *name, *value; /* value NULL: not there */
} params[] = {
    {";a=1;tag=xyz", "tag", "xyz"},
    {";tag = xyz ; b", "TAG", "xyz"},
    {";lr;tag=x", "lr", ""},
    {";xtag=1;tagx=2", "tag", NULL},
    {";x=\";tag=1\";tag=\"a;b\"", "tag", "a;b"},
    {";x=\"a\\\";tag=1\";tag=2", "tag", "2"},
    {";x=\"open;tag=1", "tag", NULL},
    {";tag=", "tag", ""},
    {";;;tag=1", "tag", "1"},
    {";tag=1;tag=2", "tag", "1"},
    {";tag=\"\\", "tag", "\\"},
    {";tag=\"", "tag", ""},
    {"", "tag", NULL},
};

static void param_rows(void **state)
{
    for (size_t i = 0; i < sizeof params / sizeof *params; i++) {
        struct slice got =
            sip_param(slice_str(params[i].params), slice_str(params[i].name));
        if (params[i].value)
            assert_non_null(got.p);
        else
            assert_null(got.p);
        same(got, params[i].value ? params[i].value : "", params[i].params);
    }
}

static const struct {
    const char *text, *values[4];
} lists[] = {
    {"a, b ,c", {"a", "b", "c"}},
    {"\"x, y\" <sip:a,b@example.com>, <sip:c>",
     {"\"x, y\" <sip:a,b@example.com>", "<sip:c>"}},
    {",, a ,", {"a"}},
    {"\"open, a", {"\"open, a"}},
    {"<open, a", {"<open, a"}},
    {"\"\\", {"\"\\"}},
    {" \r\n ", {NULL}},
    {"", {NULL}},
};

static void list_rows(void **state)
{
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        struct slice rest = slice_str(lists[i].text), one;
        size_t n = 0;
        for (; sip_value_next(&rest, &one); n++) {
            assert_non_null(lists[i].values[n]);
            same(one, lists[i].values[n], lists[i].text);
        }
        assert_null(lists[i].values[n]);
    }
}

static const struct {
    const char *value, *transport, *host, *sent_by, *branch, *received;
    uint16_t port, rport;
} vias[] = {
    {"SIP/2.0/UDP h.example.com:5070;branch=z9hG4bK1;received=192.0.2.1;rport=99",
     "UDP", "h.example.com", "h.example.com:5070", "z9hG4bK1", "192.0.2.1", 5070, 99},
    {"SIP / 2.0 / TCP   h.example.com ;\r\n branch = x", "TCP", "h.example.com",
     "h.example.com", "x", "", 0, 0},
    {"SIP/2.0/UDP [2001:db8::9:1];received=[2001:db8::9:255];branch=b", "UDP",
     "[2001:db8::9:1]", "[2001:db8::9:1]", "b", "[2001:db8::9:255]", 0, 0},
    {"SIP/2.0/UDP 2001:db8::9:1;branch=b", "UDP", "2001:db8::9:1", "2001:db8::9:1", "b",
     "", 0, 0},
    {"SIP/2.0/UDP [::1]:5060;rport;x=\";branch=no\"", "UDP", "[::1]", "[::1]:5060", "",
     "", 5060, 0},
    {"SIP/2.0/UDP", "UDP", "", "", "", "", 0, 0},
    {"SIP/2.0", "", "", "", "", "", 0, 0},
    {"", "", "", "", "", "", 0, 0},
};

static void via_rows(void **state)
{
    for (size_t i = 0; i < sizeof vias / sizeof *vias; i++) {
        const char *text = vias[i].value;
        struct sip_via v;
        assert_int_equal(sip_via(slice_str(text), &v), *vias[i].transport != '\0');
        same(v.transport, vias[i].transport, text);
        same(v.host, vias[i].host, text);
        same(v.sent_by, vias[i].sent_by, text);
        same(v.branch, vias[i].branch, text);
        same(v.received, vias[i].received, text);
        assert_int_equal(v.port, vias[i].port);
        assert_int_equal(v.rport, vias[i].rport);
    }
}

static void numbers(void **state)
{
    static const struct {
        const char *user, *number;
    } rows[] = {
        {"+1-201-555-0123;phone-context=x", "+12015550123"},
        {"(201) 555", ""},
        {"(201)555.01", "20155501"},
        {"%2B12015550123", "+12015550123"},
        {"alice", ""},
        {"1+2", ""},
        {"+", ""},
        {"", ""},
        {"123456789012345678901234567890123", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char out[32];
        size_t n = sip_number(slice_str(rows[i].user), out, sizeof out);
        same(slice_of(out, n), rows[i].number, rows[i].user);
    }
    char none[1];
    assert_int_equal(sip_number(SLICE("12"), none, 0), 0);
}

static void prefixes(const char *text)
{
    for (size_t n = 0; n <= strlen(text); n++) {
        uint8_t *copy = malloc(n ? n : 1);
        struct slice s = slice_of(copy, n), rest = s, one;
        struct sip_name_addr a;
        struct sip_uri u;
        struct sip_via v;
        char number[8];
        assert_non_null(copy);
        memcpy(copy, text, n);
        sip_name_addr(s, &a);
        sip_uri(s, &u);
        sip_via(s, &v);
        sip_param(s, SLICE("tag"));
        sip_number(s, number, sizeof number);
        while (sip_value_next(&rest, &one))
            assert_true(one.n > 0);
        free(copy);
    }
}

static void every_prefix(void **state)
{
    for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++)
        prefixes(addresses[i].value);
    for (size_t i = 0; i < sizeof uris / sizeof *uris; i++)
        prefixes(uris[i].text);
    for (size_t i = 0; i < sizeof params / sizeof *params; i++)
        prefixes(params[i].params);
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        prefixes(lists[i].text);
    for (size_t i = 0; i < sizeof vias / sizeof *vias; i++)
        prefixes(vias[i].value);
}

/* A header that is not there is a slice without memory. */
static void absent(void **state)
{
    struct slice none = {0}, one;
    struct sip_name_addr a;
    struct sip_uri u;
    struct sip_via v;
    assert_false(sip_name_addr(none, &a));
    assert_false(sip_uri(none, &u));
    assert_false(sip_via(none, &v));
    assert_null(sip_param(none, SLICE("tag")).p);
    assert_false(sip_value_next(&none, &one));
}

/* The quick way and the careful way say the same: what sip_address_tag() gives is the
 * parameter "tag" of the value. */
static void tags(void **state)
{
    static const struct {
        const char *value, *tag;
    } rows[] = {
        {"<sip:a@example.com>;tag=1", "1"},
        {"\"A\" <sip:a@example.com>;tag=ab-c", "ab-c"},
        {"A B <sip:a@example.com>;tag=x;y=2", "x"},
        {"<sip:a@example.com>;y=2;tag=x", "x"},
        {"<sip:a@example.com> ; tag = x", "x"},
        {"<sip:a@example.com>;TAG=x", "x"},
        {"<sip:a@example.com>;tag=\"q;r\"", "q;r"},
        {"<sip:a@example.com;tag=no>", ""},
        {"<sip:a@example.com;tag=no>;tag=yes", "yes"},
        {"\"x <sip:c@example.com>;tag=no\" <sip:a@example.com>;tag=yes", "yes"},
        {"\"x\\\" <;tag=no\" <sip:a@example.com>;tag=yes", "yes"},
        {"sip:a@example.com;tag=1", "1"},
        {"sip:a@example.com;x=<y>;tag=2", "2"},
        {"\"open <sip:a@example.com>;tag=1", ""},
        {"<sip:a@example.com>;tag=", ""},
        {"<sip:a@example.com>;tag=1 ", "1"},
        {"<", ""},
        {"\"", ""},
        {"", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct slice value = slice_str(rows[i].value);
        same(sip_address_tag(value), rows[i].tag, rows[i].value);
        struct slice slow = sip_param(sip_address_params(value), SLICE("tag"));
        assert_true(slice_eq(slow, sip_address_tag(value)));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tags),      cmocka_unit_test(address_rows),
        cmocka_unit_test(uri_rows),  cmocka_unit_test(param_rows),
        cmocka_unit_test(list_rows), cmocka_unit_test(via_rows),
        cmocka_unit_test(numbers),   cmocka_unit_test(every_prefix),
        cmocka_unit_test(absent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
