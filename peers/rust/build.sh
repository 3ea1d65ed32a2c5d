#!/bin/sh
# Builds dist/bootstrap for this machine, with the processor that cargo lambda aims at.
set -eu
cd "$(dirname "$0")"
case "$(uname -m)" in
x86_64) cpu=haswell ;;
aarch64 | arm64) cpu=neoverse-n1 ;;
*) cpu=native ;;
esac
RUSTFLAGS="-C target-cpu=$cpu" cargo build --release --locked
mkdir -p dist
cp target/release/bootstrap dist/bootstrap.new
mv dist/bootstrap.new dist/bootstrap
