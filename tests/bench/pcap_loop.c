/* The least that a reader of a capture file can do through libpcap: every packet once,
 * nothing looked at. tests/bench/media.py measures against it. */
#include <pcap/pcap.h>
#include <stdio.h>

int main(int argc, char **argv)
{
    char error[PCAP_ERRBUF_SIZE];
    pcap_t *p = argc == 2 ? pcap_open_offline(argv[1], error) : NULL;
    struct pcap_pkthdr *h;
    const u_char *bytes;
    unsigned long n = 0;
    if (!p) {
        fprintf(stderr, "usage: pcap_loop FILE\n");
        return 1;
    }
    while (pcap_next_ex(p, &h, &bytes) == 1)
        n++;
    printf("%lu\n", n);
    pcap_close(p);
    return 0;
}
