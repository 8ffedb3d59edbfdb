# Sourced by the others: installs what is missing on Debian 12. install_missing PACKAGE...
install_missing() {
    missing=
    for package in "$@"; do
        dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed ||
            missing="$missing $package"
    done
    [ -z "$missing" ] && return 0
    as_root=
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || { echo "missing:$missing (and no sudo to install them)" >&2; return 1; }
        as_root=sudo
    fi
    echo "Installing:$missing"
    # shellcheck disable=SC2086  # a list of words
    { $as_root apt-get -qq update &&
        $as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install $missing; } \
        >/dev/null 2>"${TMPDIR:-/tmp}/sipglass-apt.$$" || { cat "${TMPDIR:-/tmp}/sipglass-apt.$$" >&2; return 1; }
    rm -f "${TMPDIR:-/tmp}/sipglass-apt.$$"
}

# To build and use the program.
BUILD_PACKAGES="gcc libc6-dev meson ninja-build pkg-config libpcap-dev libncurses-dev libosip2-dev \
libsqlite3-dev libpcre2-dev libedit-dev libinih-dev libcap-ng-dev libseccomp-dev zlib1g-dev \
libzstd-dev liblz4-dev libmicrohttpd-dev"
# To run every test as well.
TEST_PACKAGES="$BUILD_PACKAGES python3 libcmocka-dev clang-14 libclang-rt-14-dev clang-format-14 \
iproute2 sip-tester sqlite3 jq valgrind tmux tshark baresip-core sox kamailio kamailio-extra-modules nftables tcpreplay tcpdump"
