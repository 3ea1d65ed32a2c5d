#!/bin/sh
# lab compare against servers not written here: S3 is versitygw, DynamoDB dynalite, on the CPUs
# that lab leaves to servers. After make integration, which installs them; takes lab compare's flags.
set -eu
unset CDPATH # with it, cd goes to another folder of that name, and prints where
cd "$(dirname "$0")/.."
tools=${TOOLS:-.build/integration}
for tool in bin/versitygw node_modules/.bin/dynalite; do
	[ -x "$tools/$tool" ] || {
		echo "there is no $tools/$tool; peers/integration/install.sh $tools installs it" >&2
		exit 1
	}
done
export AWS_ACCESS_KEY_ID=AKIDELSEWHERE AWS_SECRET_ACCESS_KEY=elsewhere-secret AWS_REGION=us-east-1
unset AWS_SESSION_TOKEN

# The function has the last CPU or two; of two CPUs, the first is for the servers.
bind=
[ "$(nproc)" -lt 2 ] || ! command -v taskset >/dev/null || bind="taskset -c 0"
folder=$(mktemp -d)
mkdir "$folder/s3" "$folder/more"
trap 'kill $pids 2>/dev/null; rm -rf "$folder"' EXIT
trap 'exit 1' INT TERM
$bind "$tools/bin/versitygw" --port 127.0.0.1:7070 --access $AWS_ACCESS_KEY_ID --secret $AWS_SECRET_ACCESS_KEY \
	--region $AWS_REGION --quiet --keep-alive posix --sidecar "$folder/more" "$folder/s3" &
pids=$!
$bind "$tools/node_modules/.bin/dynalite" --port 8000 --createTableMs 0 --deleteTableMs 0 &
pids="$pids $!"
sleep 2
${LAB:-"dist/$(go env GOOS)-$(go env GOARCH)/lab"} compare --s3-endpoint http://127.0.0.1:7070 --dynamodb-endpoint http://127.0.0.1:8000 "$@"
