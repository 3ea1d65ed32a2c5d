#!/bin/sh
# Builds what lab ladder measures beside ours, into dist/*/bootstrap, for this machine. The Rust
# ones take cargo, and once before: rustup target add x86_64-unknown-linux-musl (or aarch64-).
set -eu
unset CDPATH # with it, cd goes to another folder of that name, and prints where
cd "$(dirname "$0")"
export CGO_ENABLED=0

# rung NAME FOLDER HABITS [FLAGS]: plain/habit.go says which habits there are; flags are the linker's.
rung() {
	go build -trimpath -tags lambda.norpc -ldflags="-s -w -X reduction/peers/ladder/plain.habits=$3 ${4-}" -o "dist/$1/bootstrap" "./$2"
}
rung sdk-original sdk cold,serial,roots
rung sdk-together sdk cold,roots
rung sdk-warm sdk roots
rung nethttp nethttp roots
rung bare-few bare few,roots
rung bare-roots bare roots
rung bare bare ''
rung hello-lambda hello-lambda ''
rung hello-linked hello-linked ''
rung hello-asked hello-asked '' -E=reduction/runtime/prefetch.entry

# Ours with go build's own settings, without and with its own entry; and the smallest function
# on its runtime. (The tag purego takes the assembly of the standard library's cryptography away
# too: no rung for SIMD alone.)
own() { # own NAME FOLDER [FLAGS]
	(cd ../.. && go build -trimpath -buildvcs=false -ldflags="-s -w -buildid= ${3-}" -o "reduction/peers/ladder/dist/$1/bootstrap" "./$2")
}
own simd bootstrap
own asked bootstrap -E=reduction/runtime/prefetch.entry
own hello-ours runtime/examples/hello

rust() { # rust FOLDER TARGET
	cargo build --release --quiet --locked --manifest-path "$1/Cargo.toml" --target-dir target --target "$2"
	mkdir -p "dist/$1"
	cp "target/$2/release/bootstrap" "dist/$1/bootstrap.new"
	mv "dist/$1/bootstrap.new" "dist/$1/bootstrap"
}
if command -v cargo >/dev/null; then
	rust hello-rust "$(uname -m)-unknown-linux-gnu"
	RUSTFLAGS='-C relocation-model=static' rust hello-static "$(uname -m)-unknown-linux-musl"
else
	echo 'cargo is not there: without the greetings in Rust' >&2
fi
wc -c dist/*/bootstrap
