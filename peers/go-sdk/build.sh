#!/bin/sh
# Builds dist/bootstrap for this machine, or for GOOS and GOARCH.
# Needs: go
set -eu
unset CDPATH # with it, cd goes to another folder of that name, and prints where
cd "$(dirname "$0")"
CGO_ENABLED=0 go build -trimpath -tags lambda.norpc -ldflags='-s -w' -o dist/bootstrap .
../pack.sh dist
