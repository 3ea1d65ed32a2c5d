#!/bin/sh
# Builds dist/bootstrap for this machine, with the processor that cargo lambda aims at.
# HABITS=original builds dist-original/bootstrap.
# Needs: cargo
set -eu
unset CDPATH # with it, cd goes to another folder of that name, and prints where
cd "$(dirname "$0")"
dist=dist${HABITS:+-$HABITS}
case "$(uname -m)" in
x86_64) cpu=haswell ;;
aarch64 | arm64) cpu=neoverse-n1 ;;
*) cpu=native ;;
esac
RUSTFLAGS="-C target-cpu=$cpu" cargo build --release --locked
mkdir -p "$dist"
cp target/release/bootstrap "$dist/bootstrap.new"
mv "$dist/bootstrap.new" "$dist/bootstrap"
../pack.sh "$dist"
