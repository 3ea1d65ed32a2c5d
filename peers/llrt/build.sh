#!/bin/sh
# Builds dist/bootstrap, LLRT for this machine, from its library on crates.io, and beside it
# dist/index.lrt, the function as LLRT's bytecode.
# Needs: cargo npm c++
set -eu
unset CDPATH # with it, cd goes to another folder of that name, and prints where
cd "$(dirname "$0")"
case "$(uname -m)" in
x86_64) cpu=haswell ;;
aarch64 | arm64) cpu=neoverse-n1 ;;
*) cpu=native ;;
esac
(cd runtime && RUSTFLAGS="-C target-cpu=$cpu" cargo build --release --locked)
[ -d node_modules/esbuild ] || npm ci --no-audit --no-fund
npm run --silent build -- --outfile=dist/index.js
cp runtime/target/release/bootstrap dist/bootstrap.new
mv dist/bootstrap.new dist/bootstrap
(cd dist && ./bootstrap compile index.js index.lrt && rm index.js)
../pack.sh dist
