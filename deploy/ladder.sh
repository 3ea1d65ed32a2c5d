#!/usr/bin/env bash
# The ladder on Lambda itself, in your own account: deploy every rung, measure the cold starts with
# lab cold, and remove the stack.
#
#	deploy/ladder.sh [-m MEMORY] [-n STARTS] [-o NAME] [-k] [-y]
#
# It writes NAME.json, the report, and NAME.jsonl, the REPORT lines. -k keeps the stack; -y answers the
# question of lab cold, which says what will be done and what that costs: cents.
#
# It takes the AWS CLI with credentials, the SAM CLI, Go, and what peers/*/build.sh take; the machine
# that builds must be of the architecture that is measured, Linux, with a glibc no newer than Amazon
# Linux 2023's (2.34): the greeting in Rust and peers/rust are linked to it.
set -euo pipefail
unset CDPATH # with it, cd goes to another folder of that name, and prints where
cd "$(dirname "$0")/.."
memory=128 starts=20 name='' keep='' yes=() stack=reduction-ladder
while getopts m:n:o:ky flag; do
	case $flag in
	m) memory=$OPTARG ;;
	n) starts=$OPTARG ;;
	o) name=$OPTARG ;;
	k) keep=1 ;;
	y) yes=(--yes) ;;
	*) exit 2 ;;
	esac
done
case "$(uname -s)-$(uname -m)" in
Linux-x86_64) arch=x86_64 goarch=amd64 ;;
Linux-aarch64) arch=arm64 goarch=arm64 ;;
*) echo "ladder.sh: the rungs are built on Linux, on x86_64 or arm64" >&2 && exit 1 ;;
esac
for program in aws sam go make cargo; do
	command -v $program >/dev/null || { echo "ladder.sh: $program is not installed" >&2 && exit 1; }
done
name=${name:-ladder-$arch-$memory-$(date -u +%F)}

# Build and pack.
make zip "dist/$(go env GOOS)-$(go env GOARCH)/lab"
lab=dist/$(go env GOOS)-$(go env GOARCH)/lab
peers/ladder/build.sh
peers/rust/build.sh
peers/rust-bare/build.sh
mkdir -p .build/ladder
cp "dist/linux-$goarch/bootstrap.zip" .build/ladder/ours.zip
pack() { go run ./cmd/pack zip -o ".build/ladder/$2.zip" "$1/bootstrap"; }
for rung in asked simd bare bare-few bare-roots nethttp sdk-warm sdk-together sdk-original hello-ours hello-lambda hello-asked hello-linked hello-rust hello-static; do
	pack "peers/ladder/dist/$rung" "$rung"
done
pack peers/rust/dist rust
pack peers/rust-bare/dist rust-bare

# Deploy. Whatever happens then, the stack is removed, unless it is to be kept.
output() { aws cloudformation describe-stacks --stack-name $stack --query "Stacks[0].Outputs[?OutputKey=='$1'].OutputValue" --output text; }
remove() {
	if [ -n "$keep" ]; then
		echo "the stack $stack is kept" >&2
		return
	fi
	local bucket
	bucket=$(output Bucket || true)
	case $bucket in
	"$stack"-*) aws s3 rm "s3://$bucket" --recursive --only-show-errors ;; # the name that CloudFormation gave it
	esac
	sam delete --stack-name $stack --no-prompts || echo "the stack $stack is NOT removed: sam delete --stack-name $stack" >&2
}
trap remove EXIT
sam deploy -t deploy/ladder.yaml --stack-name $stack --resolve-s3 --capabilities CAPABILITY_IAM \
	--no-confirm-changeset --no-fail-on-empty-changeset --parameter-overrides "Architecture=$arch" "MemorySize=$memory"
"$lab" generate --rows 2000 | aws s3 cp - "s3://$(output Bucket)/records.csv"

# Ours comes first: the others are divided by the first.
functions=$(aws cloudformation describe-stack-resources --stack-name $stack \
	--query "StackResources[?ResourceType=='AWS::Lambda::Function'].[LogicalResourceId,PhysicalResourceId]" --output text |
	awk '$1 == "Ours" { first = $2; next } { rest = rest "," $2 } END { print first rest }')
"$lab" cold --function "$functions" --memory "$memory" -n "$starts" --json "$name.json" --record "$name.jsonl" "${yes[@]}"
