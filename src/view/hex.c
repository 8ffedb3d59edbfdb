#include "view/hex.h"
#include "base/utf8.h"

void hex_line(struct strbuf *out, struct slice bytes, size_t offset)
{
    struct slice s = slice_sub(bytes, offset, HEX_BYTES);
    strbuf_printf(out, "%04zx ", offset);
    for (size_t i = 0; i < HEX_BYTES; i++) {
        strbuf_str(out, i == HEX_BYTES / 2 ? "  " : " ");
        if (i < s.n)
            strbuf_printf(out, "%02x", s.p[i]);
        else
            strbuf_str(out, "  ");
    }
    strbuf_str(out, "  ");
    for (size_t i = 0; i < s.n; i++)
        strbuf_char(out, s.p[i] >= ' ' && s.p[i] < 0x7f ? (char)s.p[i] : '.');
}

bool hex_is_binary(struct slice line)
{
    for (size_t i = 0; i < line.n;) {
        int32_t c;
        size_t n = utf8_next(line.p + i, line.n - i, &c);
        if (c < 0 || (c < ' ' && c != '\t' && c != '\r') || c == 0x7f)
            return true;
        i += n;
    }
    return false;
}

size_t hex_extent(struct slice bytes)
{
    for (size_t i = 0; i + 3 < bytes.n; i++)
        if (bytes.p[i] == '\n' && bytes.p[i + 1] == '-' && bytes.p[i + 2] == '-')
            return i + 1;
    return bytes.n;
}
