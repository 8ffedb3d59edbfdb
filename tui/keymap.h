/*
 * The one table of keys. The help screen, the bottom line and the handling of keys are
 * made from it: a row is an action, where it holds, what it is called, and its keys.
 */
#ifndef TUI_KEYMAP_H
#define TUI_KEYMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Keys that are no characters. Characters are their code points. */
enum {
    INPUT_NONE = 0,
    INPUT_TAB = '\t',
    INPUT_ENTER = '\n',
    INPUT_ESC = 27,
    INPUT_UP = 0x200000,
    INPUT_DOWN,
    INPUT_LEFT,
    INPUT_RIGHT,
    INPUT_PAGE_UP,
    INPUT_PAGE_DOWN,
    INPUT_HOME,
    INPUT_END,
    INPUT_BACKSPACE,
    INPUT_DELETE,
    INPUT_BACKTAB,
    INPUT_CLICK, /* with x, y */
    INPUT_WHEEL_UP,
    INPUT_WHEEL_DOWN,
    INPUT_DRAG,    /* moved with the button held, and */
    INPUT_RELEASE, /* let go; both with x, y */
    INPUT_RESIZE,
    INPUT_F0, /* INPUT_F0 + n is Fn */
};

struct input {
    int32_t key;
    int x, y; /* of the mouse, in cells */
};

/* Where a binding holds. */
enum {
    ON_CALLS = 1 << 0,
    ON_LADDER = 1 << 1,
    ON_MESSAGE = 1 << 2,
    ON_STATS = 1 << 3,
    ON_HELP = 1 << 4,
    ON_SAVE = 1 << 5,
    ON_MEDIA = 1 << 6,
    ON_PALETTE = 1 << 7,
    ON_COLUMNS = 1 << 8,
    ON_DIFF = 1 << 9,   /* two messages */
    ON_PAIRS = 1 << 10, /* two calls */
    ON_MESSAGES = 1 << 11,
    ON_STREAMS = 1 << 12,
    ON_LEDGER = 1 << 13,
    ON_SETTINGS = 1 << 14,
    ON_BOARD = 1 << 15,
    ON_REGISTRATIONS = 1 << 16,
    ON_TEXT = ON_MESSAGE | ON_STATS | ON_HELP, /* what only scrolls */
    ON_TABLES = ON_MESSAGES | ON_STREAMS | ON_LEDGER | ON_REGISTRATIONS,
    ON_LISTS = ON_CALLS | ON_TABLES, /* made of a sheet */
    ON_MAIN = ON_LISTS | ON_LADDER | ON_MESSAGE | ON_MEDIA | ON_STATS | ON_DIFF |
              ON_PAIRS | ON_BOARD,
    ON_ANY = ON_MAIN | ON_HELP | ON_COLUMNS | ON_SETTINGS,
    ON_DIALOG = ON_SAVE | ON_PALETTE, /* where characters are typed */
    ON_EVERY = ON_ANY | ON_DIALOG,
};

/*
 * KEY(action, screens, hint, help, keys...). The hint is the word on the bottom line,
 * "" for none; the order of the rows is the order there.
 */
#define KEYMAP_TABLE(KEY)                                                              \
    KEY(OPEN_LADDER, ON_CALLS, "ladder", "open the call as a ladder", INPUT_ENTER)     \
    KEY(OPEN_MESSAGE, ON_LADDER, "message", "open the message", INPUT_ENTER)           \
    KEY(VERDICT, ON_CALLS | ON_LADDER, "verdict", "what is wrong, and what proves it", \
        'v')                                                                           \
    KEY(OPEN_PAIR, ON_PAIRS, "compare", "compare the two messages word by word",       \
        INPUT_ENTER)                                                                   \
    KEY(NEXT_DIFFERENCE, ON_DIFF | ON_PAIRS, "next", "go to the next difference", 'n') \
    KEY(PREV_DIFFERENCE, ON_DIFF | ON_PAIRS, "", "go to the difference before", 'N')   \
    KEY(ONLY, ON_DIFF | ON_PAIRS, "all/differing", "all, or only what differs",        \
        INPUT_TAB)                                                                     \
    KEY(SAVE_NOW, ON_SAVE, "save", "write the file", INPUT_ENTER)                      \
    KEY(SAVE_SCOPE, ON_SAVE, "which calls", "choose which calls are saved", INPUT_TAB, \
        INPUT_DOWN)                                                                    \
    KEY(SAVE_FORMAT, ON_SAVE, "pcap/pcapng", "pcap or pcapng", INPUT_F0 + 2)           \
    KEY(SAVE_EACH, ON_SAVE, "one or many", "one file, or one a call", INPUT_F0 + 3)    \
    KEY(SAVE_MEDIA, ON_SAVE, "", "with the media, or the signalling alone",            \
        INPUT_F0 + 4)                                                                  \
    KEY(SAVE_SCOPE_BACK, ON_SAVE, "", "choose which calls are saved, backwards",       \
        INPUT_BACKTAB, INPUT_UP)                                                       \
    KEY(OPEN_ROW, ON_MESSAGES | ON_STREAMS, "open", "open the message, or the media",  \
        INPUT_ENTER)                                                                   \
    KEY(BOARD_CALLS, ON_BOARD, "calls", "the calls of the row", INPUT_ENTER)           \
    KEY(BOARD_SPAN, ON_BOARD, "period", "look further back, or at the last minute",    \
        'P')                                                                           \
    KEY(BOARD_GROUP, ON_BOARD, "group by", "by peer, trunk, prefix or codec",          \
        INPUT_TAB)                                                                     \
    KEY(BOARD_WAYS, ON_BOARD, "ways", "calls from and to a peer apart, or together",   \
        'w')                                                                           \
    KEY(BOARD_TIME, ON_BOARD, "over time", "the row over time below, or not", 'T')     \
    KEY(OPEN_ROW_CALL, ON_REGISTRATIONS, "ladder",                                     \
        "the ladder of its newest REGISTER", INPUT_ENTER)                              \
    KEY(OPEN_CALL, ON_MESSAGES | ON_STREAMS, "ladder", "the ladder of its call", 'C')  \
    KEY(SEARCH, ON_LISTS, "filter", "show only what passes: words, SQL, or @NAME",     \
        '/', 'f', INPUT_F0 + 3, INPUT_F0 + 7)                                          \
    KEY(FIND, ON_LADDER | ON_MESSAGE, "find", "find text", '/', INPUT_F0 + 3)          \
    KEY(MARK, ON_CALLS, "mark", "mark the call, for saving", ' ')                      \
    KEY(MARK_ALL, ON_CALLS, "", "mark all calls shown, or none", 'a')                  \
    KEY(MARK_ROW, ON_LADDER, "", "mark the message, to compare it", ' ')               \
    KEY(COMPARE, ON_CALLS | ON_LADDER | ON_MESSAGE, "",                                \
        "compare the two marked, or this one with a like one", 'D')                    \
    KEY(SAVE, ON_CALLS | ON_LADDER, "save", "save the marked or selected calls", 's',  \
        INPUT_F0 + 2)                                                                  \
    KEY(NEXT_FAILED, ON_CALLS, "next failed", "go to the next failed call", 'n')       \
    KEY(PREV_FAILED, ON_CALLS, "", "go to the failed call before", 'N')                \
    KEY(SORT_LEFT, ON_LISTS | ON_BOARD, "", "sort by the column to the left", '<')     \
    KEY(SORT_RIGHT, ON_LISTS | ON_BOARD, "sort", "sort by the column to the right",    \
        '>')                                                                           \
    KEY(SORT_TURN, ON_LISTS, "", "turn the order round", 'z')                          \
    KEY(COLUMNS, ON_LISTS, "columns", "choose, order and size the columns", 't',       \
        INPUT_F0 + 10)                                                                 \
    KEY(FOLLOW, ON_LISTS, "follow", "follow the newest, or stop", 'F', 'A')            \
    KEY(RAW, ON_CALLS | ON_LADDER | ON_MESSAGE, "raw/decoded",                         \
        "the message as sent, or decoded", 'r', INPUT_F0 + 6)                          \
    KEY(TIME, ON_LADDER, "time", "time of day, since the first, since the row before", \
        'T')                                                                           \
    KEY(LEGS, ON_CALLS | ON_LADDER | ON_MEDIA, "legs",                                 \
        "all legs of the session, or one", 'e', 'x', INPUT_F0 + 4)                     \
    KEY(COLOUR, ON_LADDER, "colour", "colour by class, transaction, CSeq, or call",    \
        'c')                                                                           \
    KEY(FOLD, ON_LADDER, "fold", "what is relayed or sent again in one row, or not",   \
        'w')                                                                           \
    KEY(SDP, ON_LADDER, "", "what descriptions say in their rows, or not", 'd')        \
    KEY(MEDIA, ON_CALLS | ON_LADDER, "media", "descriptions and streams of the call",  \
        'm')                                                                           \
    KEY(PANEL, ON_LADDER, "text", "message text beside the ladder, below, or hidden",  \
        INPUT_TAB, 't')                                                                \
    KEY(PANEL_MORE, ON_LADDER, "", "more room for the message text", '9')              \
    KEY(PANEL_LESS, ON_LADDER, "", "less room for the message text", '0')              \
    KEY(PANEL_UP, ON_LADDER, "", "scroll the message text up", '[')                    \
    KEY(PANEL_DOWN, ON_LADDER, "", "scroll the message text down", ']')                \
    KEY(NEXT_HIT, ON_LADDER, "", "the next place found, or the next proof", 'n')       \
    KEY(PREV_HIT, ON_LADDER, "", "the place found before, or the proof before", 'N')   \
    KEY(NEXT_FOUND, ON_MESSAGE, "", "go to the next place found", 'n')                 \
    KEY(PREV_FOUND, ON_MESSAGE, "", "go to the place found before", 'N')               \
    KEY(TOGETHER, ON_MEDIA, "together",                                                \
        "graphs of all streams on one axis, or of one", INPUT_TAB)                     \
    KEY(FOLD_BRANCH, ON_MESSAGE, "fold",                                               \
        "fold or unfold a branch of the decoded tree", INPUT_ENTER, ' ')               \
    KEY(WRAP, ON_MESSAGE, "wrap", "wrap long lines, or scroll them to the side", 'w')  \
    KEY(NEXT_MESSAGE, ON_MESSAGE, "next", "next message of the ladder", INPUT_TAB)     \
    KEY(PREV_MESSAGE, ON_MESSAGE, "", "message of the ladder before", INPUT_BACKTAB)   \
    KEY(PAUSE, ON_ANY, "", "pause reading, or go on", 'p')                             \
    KEY(CLEAR, ON_CALLS, "", "forget all calls (asks)", INPUT_F0 + 5)                  \
    KEY(STATS, ON_MAIN & ~ON_STATS, "stats", "counts, KPIs, the ledger", 'i')          \
    KEY(MESSAGES, ON_MAIN & ~ON_MESSAGES, "", "search the messages of all calls", 'M') \
    KEY(STREAMS, ON_MAIN & ~ON_STREAMS, "", "all media streams", 'S')                  \
    KEY(LEDGER, ON_MAIN & ~ON_LEDGER, "", "what was left out, and why", 'L')           \
    KEY(BOARD, ON_MAIN & ~ON_BOARD, "", "KPIs of peers and trunks", 'b')               \
    KEY(REGISTRATIONS, ON_MAIN & ~ON_REGISTRATIONS, "", "who is registered", 'R')      \
    KEY(SETTINGS, ON_MAIN, "", "settings", 'o', INPUT_F0 + 8)                          \
    KEY(UP, ON_ANY, "", "up", INPUT_UP, 'k')                                           \
    KEY(DOWN, ON_ANY, "", "down", INPUT_DOWN, 'j')                                     \
    KEY(LEFT, ON_LISTS | ON_LADDER | ON_MESSAGE, "", "left", INPUT_LEFT, 'h')          \
    KEY(RIGHT, ON_LISTS | ON_LADDER | ON_MESSAGE, "", "right", INPUT_RIGHT, 'l')       \
    KEY(PAGE_UP, ON_ANY, "", "a page up", INPUT_PAGE_UP, CONTROL('B'))                 \
    KEY(PAGE_DOWN, ON_ANY, "", "a page down", INPUT_PAGE_DOWN, CONTROL('F'))           \
    KEY(HOME, ON_ANY, "", "to the first", INPUT_HOME, 'g')                             \
    KEY(END, ON_ANY, "", "to the last; in a list: follow", INPUT_END, 'G')             \
    KEY(COLUMN_TURN, ON_COLUMNS, "on/off", "show the column, or not", ' ')             \
    KEY(COLUMN_BACK, ON_COLUMNS, "", "the column further to the left", 'K', '<')       \
    KEY(COLUMN_ON, ON_COLUMNS, "", "the column further to the right", 'J', '>')        \
    KEY(COLUMN_NARROW, ON_COLUMNS, "", "narrower", '-', INPUT_LEFT)                    \
    KEY(COLUMN_WIDE, ON_COLUMNS, "", "wider", '+', '=', INPUT_RIGHT)                   \
    KEY(COLUMN_HEADER, ON_COLUMNS, "a header", "add any SIP header as a column", 'a')  \
    KEY(COLUMN_RESET, ON_COLUMNS, "as at first", "the columns as at first", 'D')       \
    KEY(VALUE_NEXT, ON_SETTINGS, "next value", "the next value", INPUT_RIGHT, ' ',     \
        'l')                                                                           \
    KEY(VALUE_BACK, ON_SETTINGS, "", "the value before", INPUT_LEFT, 'h')              \
    KEY(DONE, ON_COLUMNS | ON_SETTINGS, "done", "done", INPUT_ENTER)                   \
    KEY(CHOOSE_UP, ON_PALETTE, "", "the entry above", INPUT_UP, INPUT_BACKTAB)         \
    KEY(CHOOSE_DOWN, ON_PALETTE, "", "the entry below", INPUT_DOWN)                    \
    KEY(COMPLETE, ON_PALETTE | ON_LISTS, "", "while one types: complete the name",     \
        INPUT_TAB)                                                                     \
    KEY(RUN, ON_PALETTE, "do it", "do what the entry says", INPUT_ENTER)               \
    KEY(COPY, ON_LISTS | ON_LADDER | ON_MESSAGE | ON_BOARD, "",                        \
        "copy what is selected to the clipboard", 'y')                                 \
    KEY(PALETTE, ON_ANY, "", "any action by its name", ':')                            \
    KEY(REDRAW, ON_ANY | ON_DIALOG, "", "draw everything anew", CONTROL('L'))          \
    KEY(BACK, ON_ANY | ON_DIALOG, "back", "back", INPUT_ESC)                           \
    KEY(LEAVE, ON_ANY, "quit", "back; in the list of calls: quit", 'q')                \
    KEY(HELP, ON_ANY | ON_DIALOG, "keys", "this help", '?', INPUT_F0 + 1)

/*
 * What the mouse does: GESTURE(screens, input, how, help). A screen takes clicks by its
 * `mouse` and drags by its `drag`; the wheel scrolls everywhere.
 */
#define GESTURE_TABLE(GESTURE)                                                        \
    GESTURE(ON_LISTS | ON_LADDER | ON_MEDIA | ON_PAIRS | ON_COLUMNS | ON_SETTINGS |   \
                ON_BOARD | ON_MESSAGE,                                                \
            INPUT_CLICK, "click",                                                     \
            "select the row; a second click opens or changes it")                     \
    GESTURE(ON_PALETTE | ON_SAVE, INPUT_CLICK, "click", "choose the entry")           \
    GESTURE(ON_LISTS, INPUT_CLICK, "click on a heading", "sort by it, or turn round") \
    GESTURE(ON_BOARD, INPUT_CLICK, "click on a heading", "sort by it")                \
    GESTURE(ON_LISTS, INPUT_DRAG, "drag the edge of a heading", "size the column")    \
    GESTURE(ON_LADDER, INPUT_DRAG, "drag the line between",                           \
            "share the room between ladder and text")                                 \
    GESTURE(ON_EVERY, INPUT_WHEEL_DOWN, "wheel", "scroll, or choose")

/* The key that Control and a letter give. */
#define CONTROL(letter) ((letter)&31)

enum action {
    ACTION_NONE,
#define KEY(id, screens, hint, help, ...) ACTION_##id,
    KEYMAP_TABLE(KEY)
#undef KEY
        ACTION_COUNT
};

enum { KEYMAP_KEYS = 4 };

struct keymap_row {
    enum action action;
    unsigned screens; /* ON_ bits */
    const char *hint, *help;
    int32_t key[KEYMAP_KEYS]; /* 0 behind the last */
};

/* All bindings, KEYMAP_ROWS of them. */
extern const struct keymap_row KEYMAP[];
enum { KEYMAP_ROWS = ACTION_COUNT - 1 };

struct gesture_row {
    unsigned screens; /* ON_ bits */
    int32_t input;
    const char *how, *help;
};

/* All gestures, GESTURE_ROWS of them. */
#define GESTURE(screens, input, how, help) +1
enum { GESTURE_ROWS = 0 GESTURE_TABLE(GESTURE) };
#undef GESTURE
extern const struct gesture_row GESTURES[GESTURE_ROWS];

/* The row of an action; NULL for NONE. */
const struct keymap_row *keymap_row(enum action action);

/* Name of an action as the palette takes it: "next-failed". */
const char *keymap_action(enum action action, char out[32]);

/* What a key does on a screen (one ON_ bit); ACTION_NONE. */
enum action keymap_find(int32_t key, unsigned screen);

/* "Enter", "F2", "Ctrl-L", "s": into out, at most 16 bytes with the NUL. Returns out.
 */
char *keymap_name(int32_t key, char out[16]);

#endif
