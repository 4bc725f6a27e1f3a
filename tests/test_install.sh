#!/bin/sh
# An installed library serves a program that knows nothing but pkg-config: headers whole, version, example built and run.
set -u
build=$1
root=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
DESTDIR=$work meson install -C "$build" --no-rebuild >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
pc=$(find "$work" -name tenure.pc)
[ -n "$pc" ] || { echo 'no tenure.pc'; exit 1; }
PKG_CONFIG_PATH=$(dirname "$pc") PKG_CONFIG_SYSROOT_DIR=$work
export PKG_CONFIG_PATH PKG_CONFIG_SYSROOT_DIR
flags=$(pkg-config --cflags --libs tenure) || exit 1
${CC:-cc} -std=c17 -Wall -Wextra -Werror "$root/docs/examples/forecast.c" $flags -o "$work/example" || exit 1
LD_LIBRARY_PATH=$(dirname "$(find "$work" -name 'libtenure.so' | head -1)") \
    "$work/example" "$root/cases/generic-autocracy.yaml" >"$work/out" || exit 1
[ -s "$work/out" ] || { echo 'the example says nothing'; exit 1; }
for page in "$root"/man/*.[15]; do
    [ -n "$(find "$work" -name "$(basename "$page")*")" ] || { echo "$(basename "$page") is not installed"; exit 1; }
done
echo 'installed, built, run'
