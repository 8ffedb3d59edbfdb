#!/bin/bash
# Records the two samples of real programs, in network namespaces of their own: needs root and
# sip-tester baresip-core kamailio tcpdump sox iproute2 wireshark-common.   record.sh OUT_FOLDER
set -eu
out=$(realpath "$1")
work=$(mktemp -d)
pids=()
cleanup() {
    for p in "${pids[@]}"; do kill "$p" 2>/dev/null || true; done
    wait 2>/dev/null || true
    for n in sg-a sg-b sg-p; do ip netns del $n 2>/dev/null || true; done
    ip link del sg-br 2>/dev/null || true
    rm -rf "$work"
}
trap cleanup EXIT

# Three hosts on a bridge: alice, bob, and the proxy.
ip link add sg-br type bridge
ip link set sg-br up
host() { # namespace address
    ip netns add "$1"
    ip link add "v-$1" type veth peer name e0 netns "$1"
    ip link set "v-$1" master sg-br up
    ip -n "$1" link set lo up
    ip -n "$1" link set e0 up
    ip -n "$1" addr add "$2/24" dev e0
}
host sg-a 192.0.2.10
host sg-b 192.0.2.20
host sg-p 192.0.2.1
sleep 1

record() { # file
    tcpdump -U -i sg-br -w "$work/$1" -s 0 udp 2>/dev/null &
    dump=$!
    pids+=($dump)
    sleep 1
}

record real-sipp.pcap
(cd "$work" && ip netns exec sg-b sipp -sn uas -i 192.0.2.20 -m 3 -nostdin >/dev/null 2>&1) &
pids+=($!)
sleep 1
(cd "$work" && ip netns exec sg-a sipp -sn uac -i 192.0.2.10 192.0.2.20 -m 3 -r 2 -d 1500 \
    -nostdin >/dev/null 2>&1) || true
sleep 1
kill $dump
cp "$work/real-sipp.pcap" "$out/"

phone() { # name address account
    mkdir -p "$work/$1"
    cat > "$work/$1/config" <<CONFIG
poll_method epoll
sip_listen $2:5060
audio_player aufile,$work/$1/out.wav
audio_source aufile,$work/tone.wav
audio_alert aufile,$work/$1/alert.wav
ausrc_srate 8000
auplay_srate 8000
ausrc_channels 1
auplay_channels 1
module_path /usr/lib/baresip/modules
module g711.so
module aufile.so
module uuid.so
module_tmp account.so
module_app menu.so
CONFIG
    echo "$3" > "$work/$1/accounts"
}
sox -n -r 8000 -c 1 -b 16 "$work/tone.wav" synth 12 sine 440 2>/dev/null
phone alice 192.0.2.10 '<sip:alice@192.0.2.1>;regint=0;outbound="sip:192.0.2.1";audio_codecs=pcmu'
phone bob 192.0.2.20 '<sip:bob@192.0.2.20>;regint=0;answermode=auto;audio_codecs=pcmu'
cat > "$work/kamailio.cfg" <<'CONFIG'
#!KAMAILIO
debug=0
log_stderror=yes
children=1
server_header="Server: Example Proxy (Kamailio)"
listen=udp:192.0.2.1:5060
loadmodule "sl.so"
loadmodule "tm.so"
loadmodule "rr.so"
loadmodule "pv.so"
loadmodule "textops.so"
loadmodule "siputils.so"
request_route {
  if (has_totag()) { if (loose_route()) t_relay(); exit; }
  record_route();
  $du = "sip:192.0.2.20:5060";
  t_relay();
}
CONFIG
ip netns exec sg-p kamailio -f "$work/kamailio.cfg" -DD -E -Y "$work" >"$work/kamailio.log" 2>&1 &
pids+=($!)
sleep 2
record call.pcap
ip netns exec sg-b baresip -f "$work/bob" -t 9 >/dev/null 2>&1 </dev/null &
pids+=($!)
sleep 1
ip netns exec sg-a baresip -f "$work/alice" -e "/dial sip:bob@192.0.2.1" -t 5 >/dev/null 2>&1 </dev/null || true
sleep 2
kill $dump
# All of the signalling; of the media the first second and the RTCP.
python3 - "$work/call.pcap" "$out/real-baresip.pcap" <<'PYTHON'
import struct, sys
data = open(sys.argv[1], "rb").read()
out, at, rtp = data[:24], 24, 0
while at < len(data):
    n = struct.unpack_from("<I", data, at + 8)[0]
    record = data[at:at + 16 + n]
    at += 16 + n
    sport, dport = struct.unpack_from("!HH", record, 16 + 34)
    media = sport != 5060 and dport != 5060 and sport % 2 == 0
    rtp += media
    if not media or rtp <= 100:
        out += record
open(sys.argv[2], "wb").write(out)
PYTHON
ls -l "$out"/real-*.pcap
