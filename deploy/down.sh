#!/usr/bin/env bash
# Remove what deploy/up.sh has made. The bucket and the table stay, with what they hold.
#
#	deploy/down.sh [FLAGS]
#
#	--with-data        remove the bucket and the table that the stack has made, too;
#	                   asks for the table's name, whatever --yes says
#	--stack NAME       the stack; reduction if not given
#	--region REGION    the region, if not the AWS CLI's
#	--profile PROFILE  the AWS CLI's profile
#	--account ID       fail if the credentials are of another account
#	--yes              ask nothing else
#
# A bucket or a table that was there before the stack is never touched.
set -euo pipefail
unset CDPATH # with it, cd goes to another folder of that name, and prints where
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=deploy/common.sh
. "$here/common.sh"

bucket='' table='' # what the stack has made

# empty BUCKET deletes all objects, all versions of them, and all delete markers.
empty() {
	local objects errors
	while :; do
		# shellcheck disable=SC2016 # the backticks are JMESPath's
		objects=$(aws s3api list-object-versions --bucket "$1" --max-items 1000 --output json \
			--query '{Objects: [Versions, DeleteMarkers][][].{Key: Key, VersionId: VersionId}, Quiet: `true`}')
		case $objects in *'"Key"'*) ;; *) return ;; esac
		errors=$(aws s3api delete-objects --bucket "$1" --delete file:///dev/stdin --query 'Errors[].[Key,Message]' --output text <<<"$objects")
		case $errors in '' | None) ;; *) fail "bucket $1: not all of it can be deleted: $errors" ;; esac
	done
}

# remove STACK deletes a stack and waits until it is gone.
remove() {
	local id token status
	token=down-$$-$(date +%s)
	id=$(aws cloudformation describe-stacks --stack-name "$1" --query 'Stacks[0].StackId' --output text)
	aws cloudformation delete-stack --stack-name "$1" --client-request-token "$token"
	echo "stack $1: waiting for CloudFormation"
	status=$(settled "$id")
	[ "$status" = DELETE_COMPLETE ] || [ "$status" = NONE ] || {
		reasons "$id" "$token"
		fail "stack $1: $status, for the reasons above"
	}
}

# waiting QUEUE-URL prints how many messages are in a queue.
waiting() {
	aws sqs get-queue-attributes --queue-url "$1" --output text --query 'Attributes.ApproximateNumberOfMessages' \
		--attribute-names ApproximateNumberOfMessages
}

# delete_data stops the function's events, and deletes the stack's own bucket and table.
delete_data() {
	local mapping rule
	mapping=$(resource "$stack" QueueToFunction) rule=$(resource "$stack" Rule)
	[ -z "$rule" ] || aws events disable-rule --name "${rule##*|}"
	[ -z "$mapping" ] || aws lambda update-event-source-mapping --uuid "$mapping" --no-enabled >/dev/null
	if [ -n "$table" ] && aws dynamodb describe-table --table-name "$table" >/dev/null 2>&1; then
		aws dynamodb update-table --table-name "$table" --no-deletion-protection-enabled >/dev/null
		aws dynamodb wait table-exists --table-name "$table"
		aws dynamodb delete-table --table-name "$table" >/dev/null
		echo "deleted the table $table"
	fi
	if [ -n "$bucket" ] && aws s3api head-bucket --bucket "$bucket" >/dev/null 2>&1; then
		empty "$bucket"
		aws s3api delete-bucket --bucket "$bucket"
		echo "deleted the bucket $bucket"
	fi
}

# All of it is read before any of it runs: the file may change meanwhile, by git pull for one.
main() {
	local with_data='' status queue url answer packages
	while [ $# -gt 0 ]; do
		common_flag "$@"
		[ "$taken" = 0 ] || { shift "$taken" && continue; }
		case $1 in
		--with-data) with_data=1 ;;
		*) fail "$1 is no flag; --help lists them" ;;
		esac
		shift
	done

	connect
	status=$(settled "$stack")
	if [ "$status" = NONE ]; then
		echo "stack $stack: not there"
	else
		ours "$stack" 'reduction: '
		bucket=$(resource "$stack" Bucket) table=$(resource "$stack" Table)
		echo "stack $stack: its function, state machine, queues, alarms and logs will be removed"
		for queue in Queue DeadLetterQueue; do
			url=$(resource "$stack" "$queue")
			[ -z "$url" ] || echo "	with $(waiting "$url") messages in $url"
		done
		if [ -n "$with_data" ] && [ -n "$bucket$table" ]; then
			[ -z "$bucket" ] || echo "	with all objects in the bucket $bucket"
			[ -z "$table" ] || echo "	with all items in the table $table"
			printf 'These data cannot be brought back. Type the name of the %s to delete them: ' "$([ -n "$table" ] && echo table || echo bucket)" >&2
			read -r answer || answer=''
			[ "$answer" = "${table:-$bucket}" ] || fail "nothing was removed"
			delete_data
		else
			with_data=''
			ask "Remove it?" || fail "nothing was removed"
		fi
		remove "$stack"
		if [ -z "$with_data" ]; then
			[ -z "$bucket" ] || echo "kept: bucket $bucket"
			[ -z "$table" ] || echo "kept: table $table"
		fi
	fi

	status=$(settled "$stack-packages")
	if [ "$status" != NONE ]; then
		ours "$stack-packages" 'reduction, packages: '
		packages=$(resource "$stack-packages" Packages)
		[ -z "$packages" ] || empty "$packages"
		remove "$stack-packages"
	fi
}

main "$@"; exit
