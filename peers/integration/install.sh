#!/usr/bin/env bash
# Install, by name and into a folder of its own, the clients and servers that the function
# is held against. What cannot be had is named and left out: run.py says what ran.
set -uo pipefail
unset CDPATH # with it, cd goes to another folder of that name, and prints where
here=$(cd "$(dirname "$0")" && pwd)
to=${1:?usage: install.sh FOLDER}
mkdir -p "$to/bin" && to=$(cd "$to" && pwd)

VERSITYGW=v1.8.0 TOXIPROXY=v2.5.0 SAM_CLI=1.170.0 MINISTACK=1.5.33 AWS_CLI=1.46.3
MINIO=v0.0.0-20260212201848-7aac2a2c5b7c # its releases have names that are no versions

missing() { printf 'integration: cannot be had here: %s\n' "$1"; }

# Python clients, and moto.
if [ ! -x "$to/venv/bin/python" ]; then
  python3 -m venv "$to/venv" || missing 'python venv'
fi
"$to/venv/bin/pip" install -q --disable-pip-version-check -r "$here/requirements.txt" || missing 'boto3, moto (PyPI)'

# ministack: an account of AWS by other hands, and the AWS CLI, apart from the others' dependencies.
[ -x "$to/account/bin/ministack" ] || { python3 -m venv "$to/account" &&
  "$to/account/bin/pip" install -q --disable-pip-version-check ministack==$MINISTACK awscli==$AWS_CLI; } || missing 'ministack, AWS CLI (PyPI)'

# versitygw and MinIO: S3 by other hands; they check signature and region. toxiproxy: faults.
[ -x "$to/bin/versitygw" ] || GOFLAGS= GOBIN=$to/bin go install github.com/versity/versitygw/cmd/versitygw@$VERSITYGW || missing 'versitygw (Go)'
[ -x "$to/bin/minio" ] || GOFLAGS= GOBIN=$to/bin go install github.com/minio/minio@$MINIO || missing 'minio (Go; it takes minutes to build)'
[ -x "$to/bin/toxiproxy" ] || { GOFLAGS= GOBIN=$to/bin go install github.com/Shopify/toxiproxy/v2/cmd/server@$TOXIPROXY && mv "$to/bin/server" "$to/bin/toxiproxy"; } || missing 'toxiproxy (Go)'

# dynalite: DynamoDB by another hand.
[ -x "$to/node_modules/.bin/dynalite" ] || { cp "$here/package.json" "$to/" && npm install --prefix "$to" --no-audit --no-fund --silent; } || missing 'dynalite (npm)'

# AWS's Runtime Interface Emulator comes inside the SAM CLI's package.
if [ ! -x "$to/bin/aws-lambda-rie" ]; then
  case $(uname -m) in x86_64) arch=x86_64 ;; aarch64 | arm64) arch=arm64 ;; *) arch=none ;; esac
  { "$to/venv/bin/pip" download -q --disable-pip-version-check --no-deps -d "$to" aws-sam-cli==$SAM_CLI &&
    "$to/venv/bin/python" -m zipfile -e "$to"/aws_sam_cli-$SAM_CLI-*.whl "$to/sam" &&
    cp "$to/sam/samcli/local/rapid/aws-lambda-rie-$arch" "$to/bin/aws-lambda-rie" &&
    chmod +x "$to/bin/aws-lambda-rie" && rm -rf "$to/sam" "$to"/aws_sam_cli-*.whl; } || missing 'aws-lambda-rie (PyPI, in aws-sam-cli)'
fi
exit 0
