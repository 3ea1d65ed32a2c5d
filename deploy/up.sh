#!/usr/bin/env bash
# Deploy the function into your AWS account: build it, package it, create or update the stack.
#
#	deploy/up.sh [FLAGS] [PARAMETER=VALUE...]
#
#	--stack NAME       the stack; reduction if not given
#	--region REGION    the region, if not the AWS CLI's
#	--profile PROFILE  the AWS CLI's profile
#	--account ID       fail if the credentials are of another account
#	--try              reduce the example file, on a stack that was there before, too
#	--yes              ask nothing
#
# Parameters are those of deploy/template.yaml. An update keeps the parameters that are not given.
# A new stack is tried with an example file, under selftest/; the file and its result are removed.
# It needs the AWS CLI and Go. docs/deploy.md says more.
set -euo pipefail
unset CDPATH # with it, cd goes to another folder of that name, and prints where
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=deploy/common.sh
. "$here/common.sh"

bucket='' table='' # what the stack reads from and writes to

# deploy STACK TEMPLATE PARAMETER=VALUE... creates or updates a stack. What would change in one that
# was there is shown first, and asked for.
deploy() {
	local name=$1 template=$2 before said changes token status
	shift 2
	token=up-$$-$(date +%s)
	before=$(stack_status "$name")
	said=$(aws cloudformation deploy --stack-name "$name" --template-file "$template" --capabilities CAPABILITY_IAM \
		--no-execute-changeset --no-fail-on-empty-changeset ${1+--parameter-overrides "$@"} 2>&1) || fail "stack $name: $said"
	changes=$(grep -o 'arn:[^ ]*:changeSet/[^ ]*' <<<"$said") || { echo "stack $name: nothing to change" && return; }
	if [ "$before" != NONE ] && [ "$before" != REVIEW_IN_PROGRESS ]; then
		echo "stack $name: what will change, and what it replaces:"
		aws cloudformation describe-change-set --change-set-name "$changes" --output text \
			--query 'Changes[].ResourceChange.[Action,LogicalResourceId,ResourceType,Replacement]'
		ask "Change it?" || { aws cloudformation delete-change-set --change-set-name "$changes" && fail "nothing was changed"; }
	fi
	aws cloudformation execute-change-set --change-set-name "$changes" --client-request-token "$token"
	echo "stack $name: waiting for CloudFormation"
	status=$(settled "$name")
	case $status in
	CREATE_COMPLETE | UPDATE_COMPLETE) ;;
	*)
		reasons "$name" "$token"
		fail "stack $name: $status, for the reasons above"
		;;
	esac
}

# eventbridge makes a bucket that exists send its events to EventBridge. S3 knows no other way than
# to replace all of a bucket's notifications: they are read, added to, shown, and read again.
eventbridge() {
	local is want now added='"EventBridgeConfiguration": {}'
	is=$(aws s3api get-bucket-notification-configuration --bucket "$1")
	case $is in
	*'"EventBridgeConfiguration"'*) return ;;
	*:*) want="${is%\}*}, $added}" ;;
	*) want="{$added}" ;;
	esac
	printf 'bucket %s: its notifications are now\n%s\nand will be\n%s\n' "$1" "${is:-none}" "$want"
	ask "Have the bucket send its events to EventBridge, too?" ||
		fail "nothing was changed. Without its events the function is never invoked"
	now=$(aws s3api get-bucket-notification-configuration --bucket "$1")
	[ "$now" = "$is" ] || fail "bucket $1: somebody has changed its notifications meanwhile. Run this again"
	aws s3api put-bucket-notification-configuration --bucket "$1" --notification-configuration "$want" --skip-destination-validation
}

# same_region BUCKET fails unless the bucket is in the region of the stack: EventBridge has its
# events there only. S3 calls two regions by other names (S3 API Reference, GetBucketLocation).
same_region() {
	local location
	location=$(aws s3api get-bucket-location --bucket "$1" --query LocationConstraint --output text) ||
		fail "bucket $1: not there, or not yours to read"
	case $location in
	None) location=us-east-1 ;;
	EU) location=eu-west-1 ;;
	esac
	[ "$location" = "$region" ] || fail "bucket $1 is in $location, the stack would be in $region: give --region $location"
}

# runs_expire BUCKET succeeds if a lifecycle rule of the bucket names what runs in shards keep.
runs_expire() {
	case $(aws s3api get-bucket-lifecycle-configuration --bucket "$1" 2>/dev/null) in
	*'"reduction-runs/"'*) ;;
	*) return 1 ;;
	esac
}

# digest FILE prints the SHA-256 of a file.
digest() {
	if command -v sha256sum >/dev/null; then sha256sum "$1"; else shasum -a 256 "$1"; fi | cut -c1-64
}

# logged KEY prints what the function has logged about an object that was uploaded just now.
logged() {
	aws logs filter-log-events --log-group-name "$logs" --start-time "$since" --filter-pattern "\"$1\"" --query 'events[].[message]' --output text
}

# partition prints the partition key of the result, if one of the lines on its input names it.
partition() {
	sed -n '/"message":"reduced"/s/.*"partitionKey":"\([^"]*\)".*/\1/p' | head -n 1
}

# query PARTITION-KEY QUERY prints what a JMESPath query finds in all items of a result.
query() {
	aws dynamodb query --table-name "$table" --consistent-read --key-condition-expression 'PK = :pk' \
		--expression-attribute-values "{\":pk\":{\"S\":\"$1\"}}" --query "$2" --output text
}

delete_item() {
	aws dynamodb delete-item --table-name "$table" --key "{\"PK\":{\"S\":\"$1\"},\"SK\":{\"S\":\"$2\"}}"
}

# tidy removes the example files, their results, and the pointers to these.
tidy() {
	local key pk sk
	for key in ${keys[@]+"${keys[@]}"}; do
		aws s3 rm --only-show-errors "s3://$bucket/$key" || true
		pk=$(logged "$key" | partition)
		[ -n "$pk" ] || continue
		case $(parameter "$stack" Latest) in
		object) delete_item latest "#object#$bucket#$key" ;;
		prefix) delete_item latest "#object#$bucket#selftest/" ;;
		esac
		query "$pk" 'Items[].[SK.S]' | while IFS= read -r sk; do delete_item "$pk" "$sk"; done
	done
	keys=()
}

# try_example uploads the example and waits for its result. It takes S3 some five minutes until a
# bucket sends its first event (S3 User Guide, "Enabling Amazon EventBridge"), and what was uploaded
# before is never told: after a minute the example is uploaded again, under another key.
try_example() {
	local name lines pk i
	if [ "$(parameter "$stack" PK)" = request ]; then
		echo "not tried: with PK=request the log does not say which object a result is of"
		return
	fi
	bucket=$(output "$stack" Bucket) table=$(output "$stack" Table) logs=$(output "$stack" LogGroup)
	# Nobody else has such keys. A clock that is 15 minutes fast does no harm.
	name=selftest/reduction-$(date -u +%Y%m%dT%H%M%SZ)-$$
	since=$(($(date +%s) - 900))000 keys=()
	trap tidy EXIT
	for i in 1 2 3 4 5 6 7 8 9 10; do
		keys+=("$name-$i.csv")
		aws s3 cp --only-show-errors "$here/example.csv" "s3://$bucket/$name-$i.csv"
		echo "uploaded s3://$bucket/$name-$i.csv, waiting for its result"
		for _ in 1 2 3 4 5 6 7 8 9 10 11 12; do
			sleep 5
			lines=$(logged "$name-$i.csv")
			pk=$(partition <<<"$lines")
			[ -z "$pk" ] || break 2
			case $lines in *'"level":"ERROR"'*)
				printf '%s\n' "$lines" >&2
				fail "the function does not reduce the example, for the reason above. Its event will be in the dead-letter queue after 5 attempts"
				;;
			esac
		done
	done
	[ -n "$pk" ] || fail "no result after ten minutes. Look into the log group $logs, and at the queue $(output "$stack" Queue)"
	printf '\nDiagnosis\tHospital\tMean\tMost used treatment\tRecords\n'
	query "$pk" 'Items[?Diagnosis].[Diagnosis.S,Hospital.S,AverageRecoveryTime.N,MostUsedTreatment.S,Records.N]'
	echo
	tidy
}

# All of it is read before any of it runs: the file may change meanwhile, by git pull for one.
main() {
	local before new status goarch package code definition packages schema machine
	local try='' architecture='' parameters=()
	while [ $# -gt 0 ]; do
		common_flag "$@"
		[ "$taken" = 0 ] || { shift "$taken" && continue; }
		case $1 in
		--try) try=1 ;;
		CodeBucket=* | CodeKey=* | DefinitionKey=*) fail "${1%%=*} is set by this script" ;;
		Architecture=*) architecture=${1#*=} parameters+=("$1") ;;
		ExistingBucket=*) bucket=${1#*=} parameters+=("$1") ;;
		ExistingTable=*) table=${1#*=} parameters+=("$1") ;;
		[A-Z]*=*) parameters+=("$1") ;;
		*) fail "$1 is neither a flag nor PARAMETER=VALUE; --help lists them" ;;
		esac
		shift
	done

	connect
	command -v go >/dev/null || fail "Go is missing: https://go.dev/dl"
	before=$(settled "$stack")
	case $before in
	NONE | REVIEW_IN_PROGRESS) new=1 ;;
	ROLLBACK_COMPLETE | ROLLBACK_FAILED | DELETE_FAILED) fail "stack $stack is $before: remove it with deploy/down.sh first" ;;
	*_COMPLETE) new='' ;;
	*) fail "stack $stack is $before: look at it in the console of CloudFormation first" ;;
	esac
	if [ -z "$new" ]; then
		ours "$stack" 'reduction: '
		architecture=${architecture:-$(parameter "$stack" Architecture)}
		bucket=${bucket:-$(parameter "$stack" ExistingBucket)} table=${table:-$(parameter "$stack" ExistingTable)}
	else
		ask "Make the stacks $stack and $stack-packages: a function, a queue and what docs/deploy.md lists?" || fail "nothing was changed"
	fi
	case ${architecture:=arm64} in
	arm64) goarch=arm64 ;;
	x86_64) goarch=amd64 ;;
	*) fail "Architecture is arm64 or x86_64, not $architecture" ;;
	esac
	[ -z "$bucket" ] || same_region "$bucket"
	if [ -n "$table" ]; then
		schema=$(aws dynamodb describe-table --table-name "$table" --query 'Table.KeySchema[].[KeyType,AttributeName]' --output text) || fail "table $table: not there"
		[ "$(tr '\t\n' '  ' <<<"$schema")" = 'HASH PK RANGE SK ' ] || fail "table $table: its keys are not PK and SK"
	fi

	package=$here/../dist/linux-$goarch/bootstrap.zip
	mkdir -p "$(dirname "$package")"
	(cd "$here/.." && go run ./cmd/pack zip -arch "$goarch" -o "$package" ./bootstrap)
	code=$architecture-$(digest "$package").zip
	definition=statemachine-$(digest "$here/statemachine.asl.json").json
	status=$(settled "$stack-packages")
	case $status in NONE | REVIEW_IN_PROGRESS) ;; *) ours "$stack-packages" 'reduction, packages: ' ;; esac
	deploy "$stack-packages" "$here/packages.yaml"
	packages=$(output "$stack-packages" Bucket)
	aws s3 cp --only-show-errors "$package" "s3://$packages/$code"
	aws s3 cp --only-show-errors "$here/statemachine.asl.json" "s3://$packages/$definition"

	[ -z "$bucket" ] || eventbridge "$bucket"
	deploy "$stack" "$here/template.yaml" "CodeBucket=$packages" "CodeKey=$code" "DefinitionKey=$definition" \
		${parameters[@]+"${parameters[@]}"}
	[ -z "$new$try" ] || try_example

	echo "read from    s3://$(output "$stack" Bucket)"
	echo "written to   $(output "$stack" Table)"
	echo "log          $(output "$stack" LogGroup)"
	machine=$(resource "$stack" StateMachine)
	if [ -n "$machine" ]; then
		echo "in shards    $machine"
		bucket=$(parameter "$stack" ExistingBucket)
		[ -z "$bucket" ] || runs_expire "$bucket" ||
			echo "WARNING: no lifecycle rule of $bucket names reduction-runs/. Partial results may stay for ever: docs/scale.md"
	fi
	[ -n "$(parameter "$stack" AlarmTopicArn)" ] ||
		echo "WARNING: nobody is told when an object fails. Run this again with AlarmTopicArn=ARN of an SNS topic"
}

main "$@"; exit
