#!/usr/bin/env bash
# The ladder on Lambda itself, in your own account: deploy every rung, force cold starts, and
# keep the raw REPORT lines as the record.
#
#	deploy/ladder.sh [-m MEMORY] [-n STARTS] [-o RECORD] [-k]     -k keeps the stack
#
# It takes the AWS CLI with credentials, the SAM CLI, jq, Go, and what peers/*/build.sh take; the
# machine that builds must be of the architecture that is measured, Linux, with a glibc no newer
# than Amazon Linux 2023's (2.34): the greeting in Rust and peers/rust are linked to it. It
# costs cents: 16 functions x 20 starts, and 400 write units a start of the job.
set -euo pipefail
cd "$(dirname "$0")/.."
memory=128 starts=20 record='' keep='' stack=reduction-ladder
while getopts m:n:o:k flag; do
	case $flag in
	m) memory=$OPTARG ;;
	n) starts=$OPTARG ;;
	o) record=$OPTARG ;;
	k) keep=1 ;;
	*) exit 2 ;;
	esac
done
case "$(uname -m)" in
x86_64) arch=x86_64 goarch=amd64 ;;
aarch64 | arm64) arch=arm64 goarch=arm64 ;;
esac
record=${record:-ladder-$arch-$memory-$(date -u +%F).tsv}

# Build and pack.
make zip
peers/ladder/build.sh
peers/rust/build.sh
peers/rust-bare/build.sh
mkdir -p .build/ladder
cp "dist/linux-$goarch/bootstrap.zip" .build/ladder/ours.zip
pack() { go run ./cmd/pack zip -o ".build/ladder/$2.zip" "$1/bootstrap"; }
for name in asked simd bare bare-few bare-roots nethttp sdk-warm sdk-together sdk-original hello-ours hello-lambda hello-asked hello-linked hello-rust hello-static; do
	pack "peers/ladder/dist/$name" "$name"
done
pack peers/rust/dist rust
pack peers/rust-bare/dist rust-bare

# Deploy, and the experiment's data.
sam deploy -t deploy/ladder.yaml --stack-name $stack --resolve-s3 --capabilities CAPABILITY_IAM \
	--no-confirm-changeset --no-fail-on-empty-changeset --parameter-overrides "Architecture=$arch" "MemorySize=$memory"
output() { aws cloudformation describe-stacks --stack-name $stack --query "Stacks[0].Outputs[?OutputKey=='$1'].OutputValue" --output text; }
bucket=$(output Bucket) logs=$(output Logs)
go run ./cmd/lab generate --rows 2000 | aws s3 cp - "s3://$bucket/records.csv"

functions=$(aws cloudformation describe-stack-resources --stack-name $stack \
	--query "StackResources[?ResourceType=='AWS::Lambda::Function'].[LogicalResourceId,PhysicalResourceId]" --output text)

# Rounds: every function once, in a new order each time; a changed variable makes Lambda start
# anew. The first round is the deployment's and counts for nothing: its code was never fetched.
printf 'round\trung\tmemory\tarch\tcold\treport\n' >"$record"
for round in $(seq 0 "$starts"); do
	while read -r rung name; do
		environment=$(aws lambda get-function-configuration --function-name "$name" --query Environment --output json |
			jq -c --arg round "$round-$(date +%s)" '.Variables.ROUND = $round')
		aws lambda update-function-configuration --function-name "$name" --environment "$environment" >/dev/null
		aws lambda wait function-updated-v2 --function-name "$name"
		# The tail of the log comes with the answer, REPORT in it: nothing to wait for.
		report=$(aws lambda invoke --function-name "$name" --payload '{}' --cli-binary-format raw-in-base64-out --log-type Tail \
			--query LogResult --output text /dev/null | base64 -d | grep '^REPORT' | tr '\t' ' ' || true)
		cold=no
		case "$report" in *'Init Duration'*) cold=yes ;; esac
		[ "$round" = 0 ] || printf '%s\t%s\t%s\t%s\t%s\t%s\n' "$round" "$rung" "$memory" "$arch" "$cold" "$report" >>"$record"
	done < <(shuf <<<"$functions")
	echo "round $round of $starts" >&2
done
echo "the record: $record (and in the log group $logs for 7 days)" >&2

# Medians: Init Duration, and Init + Duration, ms. Starts that were not cold stay out.
awk -F'\t' 'NR > 1 && $5 == "yes" {
	d = i = $6
	sub(/.*Init Duration: /, "", i); sub(/ ms.*/, "", i)
	sub(/^REPORT RequestId: [^ ]+ +Duration: /, "", d); sub(/ ms.*/, "", d)
	print $2 "\t" i "\t" i + d
}' "$record" | sort -k1,1 -k3,3n | awk -F'\t' '
	function middle() { if (n) printf "%-14s %10.2f %10.2f  n = %d\n", last, init[int((n + 1) / 2)], all[int((n + 1) / 2)], n }
	$1 != last { middle(); n = 0; last = $1 }
	{ n++; all[n] = $3; for (k = n; k > 1 && init[k - 1] > $2; k--) init[k] = init[k - 1]; init[k] = $2 }
	END { middle() }'

if [ -z "$keep" ]; then
	aws s3 rm "s3://$bucket" --recursive
	sam delete --stack-name $stack --no-prompts
fi
