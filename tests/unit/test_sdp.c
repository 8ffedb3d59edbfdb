#include "dissect/sdp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

static void is(struct slice got, const char *want)
{
    if (!slice_eq(got, slice_str(want)))
        fail_msg("'%.*s' is not '%s'", (int)got.n, (const char *)got.p, want);
}

static const char offer[] = "v=0\r\n"
                            "o=alice 2890844526 2890844526 IN IP4 host.example.com\r\n"
                            "s= \r\n"
                            "c=IN IP4 192.0.2.1/127\r\n"
                            "t=0 0\r\n"
                            "a=sendonly\r\n"
                            "m=audio 49170/2 RTP/AVP 0 97 8 97 101 300\r\n"
                            "a=rtpmap:97 opus/48000/2\r\n"
                            "a=fmtp:97 useinbandfec=1\r\n"
                            "a=rtpmap:101 telephone-event/8000\n"
                            "a=ptime:20\r\n"
                            "a=rtcp:53020 IN IP4 192.0.2.9\r\n"
                            "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:x\r\n"
                            "m=video 0 RTP/AVP 31 99\r\n"
                            "c=IN IP6 2001:db8::1\r\n"
                            "a=inactive\r\n"
                            "m=image 49172 udptl t38\r\n";

static void whole_offer(void **state)
{
    struct sdp s;
    struct sdp_media m;
    struct sdp_codec c[8];
    assert_true(sdp_parse(SLICE(offer), &s));
    is(s.address, "192.0.2.1");
    is(s.origin, "alice 2890844526 2890844526 IN IP4 host.example.com");
    assert_int_equal(s.direction, SDP_SENDONLY);
    struct slice rest = s.media;
    assert_true(sdp_media_next(&s, &rest, &m));
    is(m.type, "audio");
    is(m.proto, "RTP/AVP");
    is(m.address, "192.0.2.1");
    is(m.crypto, "1 AES_CM_128_HMAC_SHA1_80 inline:x");
    assert_int_equal(m.port, 49170);
    assert_int_equal(m.rtcp_port, 53020);
    assert_int_equal(m.ptime, 20);
    assert_int_equal(m.direction, SDP_SENDONLY);
    assert_int_equal(sdp_codecs(&m, c, 8), 4);
    is(c[0].name, "PCMU");
    is(c[1].name, "opus");
    is(c[1].fmtp, "useinbandfec=1");
    assert_int_equal(c[1].rate, 48000);
    assert_int_equal(c[1].channels, 2);
    is(c[2].name, "PCMA");
    is(c[3].name, "telephone-event");
    assert_int_equal(sdp_codecs(&m, c, 1), 1);

    assert_true(sdp_media_next(&s, &rest, &m));
    is(m.address, "2001:db8::1");
    assert_int_equal(m.port, 0);
    assert_int_equal(m.direction, SDP_INACTIVE);
    assert_int_equal(sdp_codecs(&m, c, 8), 2);
    is(c[0].name, "H261");
    is(c[1].name, "");
    assert_int_equal(c[1].pt, 99);

    assert_true(sdp_media_next(&s, &rest, &m));
    is(m.type, "image");
    is(m.formats, "t38");
    assert_int_equal(m.direction, SDP_SENDONLY);
    assert_int_equal(sdp_codecs(&m, c, 8), 0);
    assert_false(sdp_media_next(&s, &rest, &m));
}

static const struct {
    const char *type, *body, *sdp;
} bodies[] = {
    {"application/sdp", "v=0\n", "v=0\n"},
    {"Application/SDP ; charset=utf-8", "v=0\n", "v=0\n"},
    {"", "v=0\n", "v=0\n"},
    {"", "hello", ""},
    {"text/plain", "v=0\n", ""},
    {"application/sdpx", "v=0\n", ""},
    {"multipart/mixed;boundary=\"b\"",
     "preamble\r\n--b\r\nContent-Type: text/plain\r\n\r\nx\r\n"
     "--b\r\nContent-Type: application/sdp\r\n\r\nv=0\r\ns=-\r\n\r\n--b--\r\nend",
     "v=0\r\ns=-\r\n"},
    {"multipart/mixed;boundary=b", "--b\r\nc: application/sdp\r\n\r\nv=0", "v=0"},
    {"multipart/mixed;boundary=b", "--bb\r\nc: application/sdp\r\n\r\nv=0", ""},
    {"multipart/mixed", "--\r\nc: application/sdp\r\n\r\nv=0", ""},
    {"multipart/mixed;boundary=a",
     "--a\nContent-Type: multipart/related;boundary=b\n\n--b\n\nno type\n--b--\n"
     "--a\nContent-Type: application/sdp\n\nv=0\n--a--\n",
     "v=0"},
    {"multipart/mixed;boundary=a",
     "--a\nContent-Type: multipart/related;boundary=b\n\n"
     "--b\nContent-Type: application/sdp\n\nv=0\n--b--\n--a--\n",
     "v=0"},
};

static void body_rows(void **state)
{
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++)
        is(sdp_find(slice_str(bodies[i].type), slice_str(bodies[i].body)),
           bodies[i].sdp);
}

static void attributes(void **state)
{
    struct slice lines =
                     SLICE("a=rtcp-mux\na=rtpmap:0 X/1\nb=AS:1\na=RTPMAP:8  Y/2\na="),
                 value;
    assert_true(sdp_attribute_next(&lines, SLICE("rtpmap"), &value));
    is(value, "0 X/1");
    assert_true(sdp_attribute_next(&lines, SLICE("rtpmap"), &value));
    is(value, "8  Y/2");
    assert_false(sdp_attribute_next(&lines, SLICE("rtpmap"), &value));
}

static void odd(void **state)
{
    struct sdp s;
    struct sdp_media m;
    struct sdp_codec c;
    assert_false(sdp_parse(SLICE("hello\r\nworld"), &s));
    assert_false(sdp_parse((struct slice){0}, &s));
    assert_true(sdp_parse(SLICE("m=audio 70000 RTP/AVP"), &s));
    struct slice rest = s.media;
    assert_true(sdp_media_next(&s, &rest, &m));
    assert_int_equal(m.port, 0);
    assert_int_equal(sdp_codecs(&m, &c, 1), 0);
    assert_string_equal(sdp_direction_name(SDP_INACTIVE), "inactive");
    assert_string_equal(sdp_direction_name((enum sdp_direction)9), "?");
}

static void walk(struct slice type, struct slice body)
{
    struct sdp s;
    struct sdp_media m;
    struct sdp_codec c[4];
    struct slice text = sdp_find(type, body), rest;
    size_t count = 0;
    sdp_parse(text, &s);
    for (rest = s.media; sdp_media_next(&s, &rest, &m);)
        count += 1 + sdp_codecs(&m, c, 4);
    assert_true(count <= body.n);
}

static void every_prefix(void **state)
{
    for (size_t i = 0; i <= sizeof bodies / sizeof *bodies; i++) {
        bool last = i == sizeof bodies / sizeof *bodies;
        struct slice all = slice_str(last ? offer : bodies[i].body);
        for (size_t n = 0; n <= all.n; n++) {
            uint8_t *copy = malloc(n ? n : 1);
            assert_non_null(copy);
            memcpy(copy, all.p, n);
            walk(slice_str(last ? "application/sdp" : bodies[i].type),
                 slice_of(copy, n));
            free(copy);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_offer),  cmocka_unit_test(body_rows),
        cmocka_unit_test(attributes),   cmocka_unit_test(odd),
        cmocka_unit_test(every_prefix),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
