#include "capture/hep_door.h"

static bool same_key(const char *key, struct slice given)
{
    size_t n = strlen(key);
    uint8_t differ = n != given.n;
    for (size_t i = 0; i < given.n && n; i++)
        differ |= (uint8_t)(given.p[i] ^ (uint8_t)key[i % n]);
    return !differ;
}

enum hep_door hep_door_look(const char *key, struct slice envelope)
{
    struct hep h;
    if (!hep_is(envelope) || hep_parse(envelope, &h) <= 0)
        return HEP_DOOR_NOISE;
    return !key || same_key(key, h.key) ? HEP_DOOR_OPEN : HEP_DOOR_KEY;
}

int hep_door_cut(struct slice bytes)
{
    static const uint8_t MAGIC[4] = {'H', 'E', 'P', '3'};
    if (memcmp(bytes.n ? bytes.p : MAGIC, MAGIC, bytes.n < 4 ? bytes.n : 4) != 0)
        return -1;
    if (bytes.n < 6)
        return 0;
    int n = bytes.p[4] << 8 | bytes.p[5];
    if (n < 6)
        return -1;
    return (size_t)n <= bytes.n ? n : 0;
}
