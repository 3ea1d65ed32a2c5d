#!/bin/sh
# Builds every rival whose toolchain is here, and goes on where one is missing:
# build.sh [RIVAL...]
set -u
unset CDPATH # with it, cd goes to another folder of that name, and prints where
cd "$(dirname "$0")"
[ $# -gt 0 ] || set -- go-sdk rust rust-bare node llrt python-pandas python-polars

missing=
failed=
build() { # NAME [HABITS]
	echo "== $1${2:+, habits $2}"
	(HABITS=${2:-} "./$1/build.sh") || failed="$failed $1"
}
for name; do
	# What it takes stands in its script, as in "# Needs: cargo npm".
	for tool in $(sed -n 's/^# Needs: //p' "$name/build.sh"); do
		command -v "$tool" >/dev/null || {
			missing="$missing $name($tool)"
			continue 2
		}
	done
	build "$name"
	case $name in
	rust | node | python-*) build "$name" original ;;
	esac
done
[ -z "$missing" ] || echo "left out, for want of a tool:$missing"
[ -z "$failed" ] || {
	echo "failed:$failed" >&2
	exit 1
}
