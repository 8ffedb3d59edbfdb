#include "tui/theme.h"

#include <langinfo.h>
#include <stdlib.h>
#include <string.h>

/* A tone in the 8 and 16 colours of the terminal's own palette, of the 256, and true.
 */
struct ink {
    int32_t eight, sixteen, more, true_colour;
};

enum { TONES = TONE_DIM + 1 };

static const struct ink normal[][TONES] = {
    [GROUND_UNKNOWN] = {[TONE_PLAIN] = {-1, -1, -1, -1},
                        [TONE_GOOD] = {2, 2, 71, 0x5faf5f},
                        [TONE_WARN] = {3, 3, 172, 0xd78700},
                        [TONE_BAD] = {1, 1, 167, 0xd75f5f},
                        [TONE_REQUEST] = {6, 6, 38, 0x00afd7},
                        [TONE_DIM] = {-1, -1, 244, 0x808080}},
    [GROUND_DARK] = {[TONE_PLAIN] = {-1, -1, -1, -1},
                     [TONE_GOOD] = {2, 10, 77, 0x5fd75f},
                     [TONE_WARN] = {3, 11, 214, 0xffaf00},
                     [TONE_BAD] = {1, 9, 203, 0xff5f5f},
                     [TONE_REQUEST] = {6, 14, 45, 0x00d7ff},
                     [TONE_DIM] = {-1, 8, 246, 0x949494}},
    [GROUND_LIGHT] = {[TONE_PLAIN] = {-1, -1, -1, -1},
                      [TONE_GOOD] = {2, 2, 28, 0x008700},
                      [TONE_WARN] = {3, 3, 130, 0xaf5f00},
                      [TONE_BAD] = {1, 1, 160, 0xd70000},
                      [TONE_REQUEST] = {4, 4, 25, 0x005faf},
                      [TONE_DIM] = {-1, 8, 242, 0x6c6c6c}},
};

/* Sky blue, yellow, vermillion, reddish purple; darker ones on a light ground. */
static const struct ink safe[][TONES] = {
    [GROUND_UNKNOWN] = {[TONE_PLAIN] = {-1, -1, -1, -1},
                        [TONE_GOOD] = {6, 6, 32, 0x0087d7},
                        [TONE_WARN] = {3, 3, 178, 0xd7af00},
                        [TONE_BAD] = {1, 1, 166, 0xd75f00},
                        [TONE_REQUEST] = {5, 5, 133, 0xaf5faf},
                        [TONE_DIM] = {-1, -1, 244, 0x808080}},
    [GROUND_DARK] = {[TONE_PLAIN] = {-1, -1, -1, -1},
                     [TONE_GOOD] = {6, 14, 74, 0x56b4e9},
                     [TONE_WARN] = {3, 11, 227, 0xf0e442},
                     [TONE_BAD] = {1, 9, 202, 0xff6a00},
                     [TONE_REQUEST] = {5, 13, 175, 0xcc79a7},
                     [TONE_DIM] = {-1, 8, 246, 0x949494}},
    [GROUND_LIGHT] = {[TONE_PLAIN] = {-1, -1, -1, -1},
                      [TONE_GOOD] = {4, 4, 25, 0x0072b2},
                      [TONE_WARN] = {3, 3, 136, 0x9a6b00},
                      [TONE_BAD] = {1, 1, 166, 0xd55e00},
                      [TONE_REQUEST] = {5, 5, 96, 0x994f78},
                      [TONE_DIM] = {-1, 8, 242, 0x6c6c6c}},
};

enum colours theme_colours(int colours)
{
    const char *no = getenv("NO_COLOR");

    if ((no && *no) || colours < 8)
        return COLOURS_NONE;
    if (colours < 256)
        return colours < 16 ? COLOURS_8 : COLOURS_16;
    return colours >= 1 << 24 ? COLOURS_TRUE : COLOURS_256;
}

/* "15;0" or "15;default;0": the last is the background. */
enum ground theme_ground(void)
{
    const char *both = getenv("COLORFGBG"), *last = both ? strrchr(both, ';') : NULL;
    char *end;
    long n;

    if (!last)
        return GROUND_UNKNOWN;
    n = strtol(last + 1, &end, 10);
    if (end == last + 1 || *end || n < 0 || n > 15)
        return GROUND_UNKNOWN;
    return n == 7 || n > 8 ? GROUND_LIGHT : GROUND_DARK;
}

bool theme_ascii(void)
{
    return strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
}

static bool carries_meaning(unsigned tone)
{
    return tone == TONE_GOOD || tone == TONE_WARN || tone == TONE_BAD;
}

static int32_t ink(const struct theme *t, unsigned tone)
{
    const struct ink *i = &(t->safe ? safe : normal)[t->ground][tone];

    switch (t->colours) {
    case COLOURS_8: return i->eight;
    case COLOURS_16: return i->sixteen;
    case COLOURS_256: return i->more;
    case COLOURS_TRUE: return i->true_colour;
    default: return -1;
    }
}

struct paint theme_paint(const struct theme *t, unsigned style)
{
    unsigned tone = style & STYLE_TONE;
    struct paint p = {.fg = -1, .bg = -1};

    if (style & STYLE_SELECT) {
        /* A bar in cyan; what is good or bad stays so within it. */
        p.reverse = true;
        if (!carries_meaning(tone))
            tone = TONE_REQUEST;
    }
    if (tone >= TONES)
        tone = TONE_PLAIN;
    p.fg = ink(t, tone);
    p.dim = tone == TONE_DIM && p.fg < 0;
    p.bold = (style & (STYLE_BOLD | STYLE_BAR)) != 0;
    p.underline = (style & STYLE_UNDER) != 0;
    if (t->colours == COLOURS_NONE && tone == TONE_BAD)
        p.bold = true;
    return p;
}
