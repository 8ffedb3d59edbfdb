#!/bin/sh
# Installs what is missing (Debian 12), builds, and opens a sample: the screen on a terminal, else the table of calls.
#   setup/try.sh [what sipglass takes]
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
. "$here/setup/packages.sh"
# shellcheck disable=SC2086  # lists of words
install_missing $BUILD_PACKAGES
[ -f "$here/build/build.ninja" ] || meson setup "$here/build" "$here" -Dtests=false >/dev/null
ninja -C "$here/build" --quiet
[ $# -gt 0 ] || set -- "$here/samples/fork.pcap"
exec "$here/build/sipglass" "$@"
