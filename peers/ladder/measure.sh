#!/bin/sh
# Measures the ladder on this machine, into records in peers/ladder/record; writes from them
# docs/ladder.md, the pictures that docs shows, and all others into dist/ladder. Some 15
# minutes; Linux and root (docs/method.md says for what); peers/rust, peers/rust-bare and
# peers/go-sdk built. With -w it measures nothing and writes from the records that are there.
set -eu
unset CDPATH # with it, cd goes to another folder of that name, and prints where
cd "$(dirname "$0")/../.."
record=peers/ladder/record
lab=dist/lab-ladder
mkdir -p $record dist/ladder
go build -o $lab ./cmd/lab

write() {
	$lab ladder --plain --markdown docs/ladder.md --svg dist/ladder $record/job-*.json.gz $record/hello-*.json.gz >/dev/null
	$lab chart --svg dist/ladder $record/padded-*.json
	for shown in docs/ladder-*.svg docs/padded-*.svg; do cp "dist/ladder/${shown#docs/}" "$shown"; done
}
if [ "${1-}" = -w ]; then
	write
	exit
fi

make bootstrap
peers/ladder/build.sh
$lab ladder --job --memory 128 -n 64 --json $record/job-128.json.gz
$lab ladder --job --memory 256 -n 40 --json $record/job-256.json.gz
$lab ladder --job --memory 512 -n 40 --json $record/job-512.json.gz
$lab ladder --job --memory 1024 -n 32 --json $record/job-1024.json.gz
$lab ladder --job --memory 1769 -n 40 --json $record/job-1769.json.gz
$lab ladder --job --memory 128 --cache dropped -n 30 --json $record/job-dropped.json.gz
$lab ladder --job --memory 1769 --rows 1000000 -n 9 --json $record/job-1m.json.gz
$lab ladder -n 80 --json $record/hello-warm.json.gz
$lab ladder -n 60 --cache dropped --json $record/hello-dropped.json.gz

# The same disk, read ahead by as much as is Linux's default: it may be set to more.
disk=/sys/dev/block/$(findmnt -no MAJ:MIN -T . | tr -d " ")
test -d "$disk/queue" || disk=$disk/.. # a partition
ahead=$(cat "$disk/queue/read_ahead_kb")
trap 'echo $ahead >"$disk/queue/read_ahead_kb"' EXIT
echo 128 >"$disk/queue/read_ahead_kb"
$lab ladder -n 60 --cache dropped --storage '128 KB ahead' --json $record/hello-ahead.json.gz
$lab ladder --job --memory 128 -n 30 --cache dropped --storage '128 KB ahead' --json $record/job-ahead.json.gz
echo "$ahead" >"$disk/queue/read_ahead_kb"
trap - EXIT

(cd peers/ladder && go build -o dist/padded ./padded && go build -o dist/slowfs ./slowfs)
padded="reduction/peers/ladder/dist/padded -dist peers/ladder/dist"
$padded -n 40 -cache warm -on disk -json $record/padded-warm.json
$padded -n 25 -cache dropped -on disk -json $record/padded-dropped.json

# The same, where each read that misses the page cache takes a millisecond. The folder that
# is shown holds all programs, so that no function is beside another file system's.
mkdir -p .build # not /tmp: a sandbox has one of its own
slow=$(mktemp -d -p .build) all=$(mktemp -d -p .build)
mkdir "$all/peers" "$all/ours"
cp "dist/$(go env GOOS)-$(go env GOARCH)/bootstrap" "$all/ours/bootstrap"
for dir in peers/*/dist peers/ladder/dist; do
	mkdir -p "$all/$(dirname $dir)"
	case $dir in peers/rust/* | peers/rust-bare/* | peers/go-sdk/* | peers/ladder/*) cp -r $dir "$all/$(dirname $dir)/" ;; esac
done
peers/ladder/dist/slowfs 1ms "$all" "$slow" &
server=$!
trap 'kill $server; sleep 1; rm -rf "$all"; rmdir "$slow"' EXIT
sleep 1
ladder() { $lab ladder --cache dropped --storage '1 ms a read' --peers "$slow/peers" --bootstrap "$slow/ours/bootstrap" "$@"; }
ladder -n 30 --json $record/hello-slow.json.gz
ladder --job --memory 128 -n 20 --json $record/job-slow.json.gz
$padded -n 15 -cache dropped -folder "$slow/peers/ladder/dist" -on '1 ms a read' -json $record/padded-slow.json
write
