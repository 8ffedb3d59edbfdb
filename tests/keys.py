#!/usr/bin/env python3
"""Holds the manual's list of keys against the table of keys (tui/keymap.h).

    keys.py ROOT [--write]      --write: writes the list into docs/sipglass.1
"""
import os
import re
import sys

BEGIN, END = '.\\" keys: from tui/keymap.h, by tests/keys.py --write\n', '.\\" end of keys\n'
NAMES = {"INPUT_ENTER": "Enter", "INPUT_TAB": "Tab", "INPUT_BACKTAB": "Shift-Tab", "INPUT_ESC": "Esc", "INPUT_UP": "Up",
         "INPUT_DOWN": "Down", "INPUT_LEFT": "Left", "INPUT_RIGHT": "Right", "INPUT_PAGE_UP": "PgUp", "INPUT_PAGE_DOWN": "PgDn",
         "INPUT_HOME": "Home", "INPUT_END": "End", "' '": "Space"}
SCREENS = [("ON_CALLS", "Calls"), ("ON_LADDER", "Ladder"), ("ON_MESSAGE", "Message"), ("ON_MEDIA", "Media"),
           ("ON_MESSAGES", "Messages"), ("ON_STREAMS", "Streams"), ("ON_LEDGER", "Ledger"), ("ON_BOARD", "Board"),
           ("ON_REGISTRATIONS", "Registrations"), ("ON_STATS", "Stats"), ("ON_DIFF", "Diff of messages"),
           ("ON_PAIRS", "Diff of calls"), ("ON_SAVE", "Save"), ("ON_COLUMNS", "Columns"), ("ON_SETTINGS", "Settings"),
           ("ON_PALETTE", "Palette"), ("ON_HELP", "Help")]


def bits(text):
    """The values of the ON_ names, and a function that works an expression of them out."""
    values = {}
    body = re.sub(r"/\*.*?\*/", "", re.search(r"enum \{\s*(ON_CALLS.*?)\};", text, re.S)[1], flags=re.S)

    def value(expression):
        if not re.fullmatch(r"[\w\s|&~<()]+", expression):
            raise SystemExit("not an expression of screens: " + expression)
        return eval(" ".join(expression.split()), {}, values)  # names and bit operators alone: checked above
    for part in body.split(","):
        if "=" in part:
            name, expression = part.split("=", 1)
            values[name.strip()] = value(expression.strip())
    return values, value


def key_name(word):
    m = re.fullmatch(r"INPUT_F0 \+ (\d+)", word)
    if m:
        return "F" + m[1]
    m = re.fullmatch(r"CONTROL\('(.)'\)", word)
    if m:
        return "Ctrl-" + m[1]
    return NAMES[word] if word in NAMES else re.fullmatch(r"'(.)'", word)[1]


def macro(text, name):
    return re.search(r"#define %s\(\w+\)(.*?)\n\n" % name, text, re.S)[1].replace("\\\n", " ")


def keys(text):
    """(screens, [key], help) of each action."""
    for m in re.finditer(r"KEY\((\w+), ([^\"]+?), \"[^\"]*\",\s+\"([^\"]*)\",\s*((?:'.'|CONTROL\('.'\)|[\w+ ,]|' ')+?)\)(?= *KEY|\s*$)",
                         macro(text, "KEYMAP_TABLE")):
        words = re.findall(r"CONTROL\('.'\)|INPUT_F0 \+ \d+|INPUT_\w+|'.'", m[4])
        yield m[2], [key_name(w) for w in words], m[3]


def gestures(text):
    for m in re.finditer(r"GESTURE\(([^\"]+?),\s+INPUT_\w+,\s+\"([^\"]*)\",\s+\"([^\"]*)\"\)", macro(text, "GESTURE_TABLE")):
        yield m[1], m[2], m[3]


def escape(word):
    return word.replace("\\", "\\e") if word not in (".", "'") else "\\&" + word


def write(text):
    values, value = bits(text)
    rows, hands = list(keys(text)), list(gestures(text))
    if len(rows) != len(re.findall(r"\bKEY\(", macro(text, "KEYMAP_TABLE"))):
        raise SystemExit("a row of the table of keys was not understood")
    everywhere = values["ON_ANY"]
    out = [BEGIN]

    def part(title, rows, hands):
        out.append(".Ss %s\n.Bl -tag -width \"Space, Enter\" -compact\n" % title)
        for _, names, help in rows:
            out.append(".It %s\n%s\n" % (" , ".join("Ic " + ("\\&" if len(n) == 1 and not n.isalnum() else "") + escape(n)
                                                    for n in names), help))
        for _, how, help in hands:
            out.append(".It mouse: %s\n%s\n" % (how, help))
        out.append(".El\n")
    common = [r for r in rows if value(r[0]) & everywhere == everywhere]
    part("On all screens", common, [h for h in hands if value(h[0]) & everywhere == everywhere])
    for bit, title in SCREENS:
        part(title, [r for r in rows if value(r[0]) & values[bit] and r not in common],
             [h for h in hands if value(h[0]) & values[bit] and value(h[0]) & everywhere != everywhere])
    out.append(END)
    return "".join(out)


def main():
    root = sys.argv[1]
    manual = os.path.join(root, "docs", "sipglass.1")
    with open(os.path.join(root, "tui", "keymap.h"), encoding="utf-8") as f:
        wanted = write(f.read())
    with open(manual, encoding="utf-8") as f:
        text = f.read()
    start, end = text.find(BEGIN), text.find(END)
    if start < 0 or end < start:
        print("the manual has no place for the keys")
        return 1
    there = text[start:end + len(END)]
    if there == wanted:
        return 0
    if "--write" in sys.argv:
        with open(manual, "w", encoding="utf-8") as f:
            f.write(text.replace(there, wanted))
        return 0
    print("the manual's keys are not those of tui/keymap.h: tests/keys.py . --write brings them in")
    return 1


if __name__ == "__main__":
    sys.exit(main())
