#!/bin/sh
# Builds dist/bootstrap for this machine: one static file, for the processors that Lambda has.
# With musl where its target is installed (rustup target add x86_64-unknown-linux-musl, or
# aarch64-); else with the host's C library, linked statically. dist.built says which, and the
# report of lab compare with it.
# Needs: cargo
set -eu
unset CDPATH # with it, cd goes to another folder of that name, and prints where
cd "$(dirname "$0")"
cpu=$(uname -m)
case $cpu in
x86_64) flags='-C target-cpu=haswell -C target-feature=+aes' ;;
aarch64 | arm64) cpu=aarch64 flags='-C target-cpu=neoverse-n1' ;;
*)
	echo "Lambda has no $cpu" >&2
	exit 1
	;;
esac
target=$cpu-unknown-linux-musl libc=musl
if [ ! -d "$(rustc --print sysroot)/lib/rustlib/$target" ]; then
	target=$cpu-unknown-linux-gnu libc='glibc, the target for musl is not installed'
	flags="$flags -C target-feature=+crt-static"
fi
export CC_x86_64_unknown_linux_musl="${CC:-cc}" CC_aarch64_unknown_linux_musl="${CC:-cc}"
RUSTFLAGS="$flags -C relocation-model=static -C link-arg=-Wl,-e,prefetch_entry" cargo build --release --locked --target "$target"
mkdir -p dist
cp "target/$target/release/bootstrap" dist/bootstrap.new
mv dist/bootstrap.new dist/bootstrap
echo "$(rustc --version), static, $libc" | tee dist.built
../pack.sh dist
