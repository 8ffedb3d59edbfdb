#!/bin/sh
# Installs what is missing (Debian 12), builds from clean in three ways and runs all tests:
#   gcc, warnings are errors: all tests
#   gcc with AddressSanitizer and UBSan: all tests
#   clang, warnings are errors, with the fuzz targets: their corpora replayed, the unit tests
# The suite `long` (floods, a soak, 200 kills: minutes each) runs with SIPGLASS_LONG=1.
# The last line is the sum: N passed, N failed[, N skipped].
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
. "$here/setup/packages.sh"
# shellcheck disable=SC2086  # lists of words
install_missing $TEST_PACKAGES
work=${SIPGLASS_TEST_DIR:-$here/build-test}
rm -rf "$work"
mkdir -p "$work"
failed=0

# build_and_test NAME COMPILER TIMEOUT-MULTIPLIER SUITES... -- SETUP-ARGUMENTS...
build_and_test() {
    name=$1 compiler=$2 patience=$3
    shift 3
    suites=
    [ -n "${SIPGLASS_LONG:-}" ] || suites="--no-suite long"
    while [ "$1" != -- ]; do suites="$suites --suite $1"; shift; done
    shift
    echo "== $name"
    if ! CC=$compiler meson setup "$work/$name" "$here" "$@" >"$work/$name.log" 2>&1 ||
        ! ninja -C "$work/$name" --quiet >>"$work/$name.log" 2>&1; then
        tail -n 60 "$work/$name.log"
        echo "$name: does not build"
        echo "$name" >>"$work/not-built"
        failed=1
        return
    fi
    # shellcheck disable=SC2086  # lists of words
    meson test -C "$work/$name" --print-errorlogs --timeout-multiplier "$patience" $suites || failed=1
}

build_and_test plain gcc 2 -- --werror
# Warnings are no errors here: with sanitizers gcc warns of paths that it made itself.
export ASAN_OPTIONS=detect_leaks=1:abort_on_error=0 UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
build_and_test sanitized gcc 8 unit fuzz golden -- -Db_sanitize=address,undefined -Doptimization=1 -Ddebug=true \
    -Db_lundef=false
build_and_test clang clang-14 2 unit fuzz -- --werror -Dfuzz=true
python3 "$here/setup/sum.py" "$work" || failed=1
exit $failed
