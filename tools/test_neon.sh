#!/bin/sh
# Builds the tests of the QR kernels for 64-bit ARM and runs them under qemu: the NEON variant
# against the clear edition.  Needs Debian's gcc-aarch64-linux-gnu and qemu-user-static.
#
#     sh tools/test_neon.sh
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
for tool in aarch64-linux-gnu-gcc qemu-aarch64-static; do
    command -v "$tool" >/dev/null || {
        echo "needs $tool: apt-get install gcc-aarch64-linux-gnu qemu-user-static" >&2
        exit 2
    }
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for program in "$root"/tests/c/test_qr_batch.c "$root"/tests/c/test_qr_encode.c; do
    # The first line names the sources: /* csrc: a.c b.c */
    sources=$(sed -n '1s|^/\* csrc: \(.*\) \*/$|\1|p' "$program" | tr ' ' '\n' | sed "s|^|$root/csrc/|")
    # shellcheck disable=SC2086
    aarch64-linux-gnu-gcc -std=c11 -O3 -Wall -Wextra -Werror -static -I"$root/csrc" \
        "$program" $sources -lm -o "$work/program"
    echo "$(basename "$program")"
    qemu-aarch64-static "$work/program"
done
