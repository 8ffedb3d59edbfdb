#include "tui/theme.h"

#include <langinfo.h>
#include <stdlib.h>
#include <string.h>

/* By tone: the eight colours of the terminal's own palette, of the 256, and true ones.
 */
static const int32_t palette[][3] = {
    [TONE_PLAIN] = {-1, -1, -1},        [TONE_GOOD] = {2, 71, 0x5faf5f},
    [TONE_WARN] = {3, 172, 0xd78700},   [TONE_BAD] = {1, 167, 0xd75f5f},
    [TONE_REQUEST] = {6, 38, 0x00afd7}, [TONE_DIM] = {-1, 244, 0x808080},
};

enum colours theme_colours(int colours)
{
    const char *no = getenv("NO_COLOR");

    if ((no && *no) || colours < 8)
        return COLOURS_NONE;
    if (colours < 256)
        return COLOURS_8;
    return colours >= 1 << 24 ? COLOURS_TRUE : COLOURS_256;
}

bool theme_ascii(void)
{
    return strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
}

static bool carries_meaning(unsigned tone)
{
    return tone == TONE_GOOD || tone == TONE_WARN || tone == TONE_BAD;
}

struct paint theme_paint(enum colours colours, unsigned style)
{
    unsigned tone = style & STYLE_TONE;
    struct paint p = {.fg = -1, .bg = -1};

    if (style & STYLE_SELECT) {
        /* A bar in cyan; what is good or bad stays so within it. */
        p.reverse = true;
        if (!carries_meaning(tone))
            tone = TONE_REQUEST;
    }
    if (tone >= sizeof palette / sizeof *palette)
        tone = TONE_PLAIN;
    if (colours != COLOURS_NONE)
        p.fg = palette[tone][colours - COLOURS_8];
    p.dim = tone == TONE_DIM && p.fg < 0;
    p.bold = (style & (STYLE_BOLD | STYLE_BAR)) != 0;
    p.underline = (style & STYLE_UNDER) != 0;
    if (colours == COLOURS_NONE && tone == TONE_BAD)
        p.bold = true;
    return p;
}
