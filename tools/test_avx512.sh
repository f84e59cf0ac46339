#!/bin/sh
# Builds the test of the fast QR encoder with x86 intrinsics emulated in plain C, so that a
# processor without AVX-512 or GFNI runs those variants: each against the clear edition.  Needs
# Debian's libsimde-dev.
#
#     sh tools/test_avx512.sh
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
[ -e /usr/include/simde/x86/avx512.h ] || {
    echo "needs simde/x86/avx512.h: apt-get install libsimde-dev" >&2
    exit 2
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
program=$root/tests/c/test_qr_batch.c
# The first line names the sources: /* csrc: a.c b.c */
sources=$(sed -n '1s|^/\* csrc: \(.*\) \*/$|\1|p' "$program" | tr ' ' '\n' |
    sed "s|^|$root/csrc/|; s|^$root/csrc/cpu.c$|$root/tests/c/emulated/cpu.c|")
# -Wno-psabi: vectors are passed between inlined functions only.
# shellcheck disable=SC2086
${CC:-cc} -std=gnu11 -O2 -Wall -Wextra -Werror -Wno-psabi -DELQR_EMULATED \
    -I"$root/tests/c/emulated" -I"$root/csrc" "$program" $sources -lm -o "$work/program"
"$work/program"
