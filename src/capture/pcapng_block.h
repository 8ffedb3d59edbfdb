/* Numbers of pcapng (draft-ietf-opsawg-pcapng): blocks and options. */
#ifndef CAPTURE_PCAPNG_BLOCK_H
#define CAPTURE_PCAPNG_BLOCK_H

enum {
    PCAPNG_SHB = 0x0a0d0d0a, /* section header */
    PCAPNG_IDB = 1,          /* interface description */
    PCAPNG_PB = 2,           /* packet, obsolete */
    PCAPNG_SPB = 3,          /* simple packet */
    PCAPNG_NRB = 4,          /* name resolution */
    PCAPNG_ISB = 5,          /* interface statistics */
    PCAPNG_EPB = 6,          /* enhanced packet */
    PCAPNG_DSB = 10,         /* decryption secrets */
    PCAPNG_MAGIC = 0x1a2b3c4d
};

enum {
    PCAPNG_OPT_END = 0,
    PCAPNG_OPT_NAME = 2,      /* if_name */
    PCAPNG_OPT_PACKETID = 5,  /* epb_packetid */
    PCAPNG_OPT_IFDROP = 5,    /* isb_ifdrop */
    PCAPNG_OPT_OSDROP = 7,    /* isb_osdrop */
    PCAPNG_OPT_TSRESOL = 9,   /* if_tsresol */
    PCAPNG_OPT_TSOFFSET = 14, /* if_tsoffset */
};

#endif
