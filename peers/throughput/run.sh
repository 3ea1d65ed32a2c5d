#!/bin/sh
# Reduces the same files with each reader in turn, ROUNDS times, every process on one core,
# and prints a table. Needs Go, Python with venv, Rust, the Go module proxy, PyPI and crates.io;
# what it builds and installs goes into the folder given, or into .build/throughput. Without Rust
# its readers are left out.
set -eu
unset CDPATH # with it, cd goes to another folder of that name, and prints where
cd "$(dirname "$0")"
mkdir -p "${1:-../../.build/throughput}"
dir=$(cd "${1:-../../.build/throughput}" && pwd)
rounds=${ROUNDS:-5}

export CGO_ENABLED=0
go build -trimpath -buildvcs=false -o "$dir/throughput" .
if command -v cargo >/dev/null; then
	cargo build --quiet --locked --release --manifest-path rust/Cargo.toml --target-dir "$dir/rust"
else
	echo "no cargo: the readers in Rust are left out" >&2
fi
(cd ../.. && go build -buildvcs=false -o "$dir/lab" ./cmd/lab)
[ -x "$dir/venv/bin/python" ] || "${PYTHON:-python3}" -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check --requirement requirements.txt

export DATA="$dir"
"$dir/lab" generate --rows 1000000 --out "$dir/1m.csv"
sed '1!s/[^,]*/"&"/g' "$dir/1m.csv" >"$dir/quoted.csv" # every field but the header's

# One core: what a runtime would do beside the work, it must do instead of it.
pin=
command -v taskset >/dev/null && pin='taskset -c 0'
export GOMAXPROCS=1

: >"$dir/lines.txt"
for round in $(seq "$rounds"); do
	echo "round $round of $rounds" >&2
	for file in 1m.csv quoted.csv; do
		for reader in $("$dir/throughput" readers); do
			$pin "$dir/throughput" "$reader" "$dir/$file"
		done
		if [ -x "$dir/rust/release/throughput" ]; then
			for reader in $("$dir/rust/release/throughput" readers); do
				$pin "$dir/rust/release/throughput" "$reader" "$dir/$file"
			done
		fi
		for reader in $("$dir/venv/bin/python" reduce.py); do
			$pin "$dir/venv/bin/python" reduce.py "$reader" "$dir/$file"
		done
	done
done >>"$dir/lines.txt"
"$dir/throughput" table <"$dir/lines.txt"
