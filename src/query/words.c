#include "query/words.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

static bool name_char(char c)
{
    return isalnum((unsigned char)c) || c == '_' || (c & 0x80);
}

/* Length of the token at p: a quoted text, a comment, a word, else one character.
 * *open: it lacks its end. */
static size_t token(const char *p, bool *open)
{
    *open = false;
    if (strchr("'\"`[", *p)) {
        char close = *p == '[' ? ']' : *p;
        size_t i = 1;
        while (p[i] && (p[i] != close || (close != ']' && p[i + 1] == close)))
            i += p[i] == close ? 2 : 1;
        *open = !p[i];
        return p[i] ? i + 1 : i;
    }
    if (p[0] == '-' && p[1] == '-')
        return strcspn(p, "\n");
    if (p[0] == '/' && p[1] == '*') {
        const char *end = strstr(p + 2, "*/");
        *open = !end;
        return end ? (size_t)(end + 2 - p) : strlen(p);
    }
    if (name_char(*p)) {
        size_t i = 1;
        while (name_char(p[i]))
            i++;
        return i;
    }
    return 1;
}

static bool operator_word(const char *p, size_t n)
{
    static const char *const WORDS[] = {"like",    "is",      "in",    "between",
                                        "glob",    "regexp",  "match", "isnull",
                                        "notnull", "collate", "exists"};
    for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++)
        if (strlen(WORDS[i]) == n && !strncasecmp(WORDS[i], p, n))
            return true;
    return false;
}

bool words_operator(const char *text)
{
    bool open;
    for (const char *p = text; *p;) {
        size_t n = token(p, &open);
        if (strchr("=<>!(", *p) || (name_char(*p) && operator_word(p, n)) ||
            (p[0] == '|' && p[1] == '|'))
            return true;
        p += n;
    }
    return false;
}

bool words_balanced(const char *text, size_t *at, const char **what)
{
    size_t depth = 0, opened = 0;
    bool open;
    for (const char *p = text; *p;) {
        size_t n = token(p, &open);
        *at = (size_t)(p - text);
        if (open) {
            *what = *p == '/' ? "a comment without its end" : "a quote without its end";
            return false;
        }
        if (*p == ';' || (*p == ')' && !depth)) {
            *what = *p == ';' ? "a semicolon" : "a closing parenthesis too many";
            return false;
        }
        if (*p == '(' && !depth++)
            opened = *at;
        depth -= *p == ')';
        p += n;
    }
    *at = opened;
    *what = "a parenthesis without its end";
    return !depth;
}
