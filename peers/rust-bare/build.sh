#!/bin/sh
# Builds dist/bootstrap for this machine: one static file, for the processors that Lambda has.
# Once before: rustup target add x86_64-unknown-linux-musl (or aarch64-).
# Needs: cargo rustup
set -eu
cd "$(dirname "$0")"
case "$(uname -m)" in
x86_64)
	target=x86_64-unknown-linux-musl
	flags='-C target-cpu=haswell -C target-feature=+aes'
	export CC_x86_64_unknown_linux_musl="${CC:-cc}"
	;;
aarch64 | arm64)
	target=aarch64-unknown-linux-musl
	flags='-C target-cpu=neoverse-n1'
	export CC_aarch64_unknown_linux_musl="${CC:-cc}"
	;;
esac
RUSTFLAGS="$flags -C relocation-model=static -C link-arg=-Wl,-e,prefetch_entry" cargo build --release --locked --target "$target"
mkdir -p dist
cp "target/$target/release/bootstrap" dist/bootstrap.new
mv dist/bootstrap.new dist/bootstrap
../pack.sh dist
