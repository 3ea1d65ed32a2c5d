# shellcheck shell=bash
# What up.sh and down.sh share: their flags, the account, stacks and questions. They source it.

# The user's own configuration of the AWS CLI must not change what it prints here.
export AWS_PAGER='' AWS_CLI_AUTO_PROMPT=off AWS_DEFAULT_OUTPUT=json

stack=reduction region='' account='' yes=''

fail() {
	printf '%s: %s\n' "$(basename "$0")" "$*" >&2
	exit 1
}

# usage prints the comment at the head of the script.
usage() {
	sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0"
}

# common_flag FLAG [VALUE] takes a flag that both scripts have, and sets taken to how many
# arguments it was: 0, 1 or 2.
# shellcheck disable=SC2034 # the scripts read taken and stack
common_flag() {
	taken=2
	case $1 in
	--yes) yes=1 taken=1 ;;
	-h | --help) usage && exit ;;
	--stack | --region | --profile | --account)
		[ -n "${2:-}" ] || fail "$1 needs a value"
		case $1 in
		--stack) stack=$2 ;;
		--region) region=$2 ;;
		--profile) export AWS_PROFILE=$2 ;;
		--account) account=$2 ;;
		esac
		;;
	*) taken=0 ;;
	esac
}

# ask QUESTION succeeds if the answer is yes, or --yes was given.
ask() {
	[ -z "$yes" ] || return 0
	local answer=''
	printf '%s [y/N] ' "$1" >&2
	read -r answer || echo >&2
	case $answer in y | Y | yes) ;; *) return 1 ;; esac
}

# connect finds the account and the region, and prints them.
connect() {
	command -v aws >/dev/null ||
		fail "the AWS CLI is missing: https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html"
	local identity
	region=${region:-${AWS_REGION:-${AWS_DEFAULT_REGION:-$(aws configure get region || true)}}}
	[ -n "$region" ] || fail "which region? Give --region, or set AWS_REGION"
	export AWS_REGION=$region AWS_DEFAULT_REGION=$region
	identity=$(aws sts get-caller-identity --query '[Account,Arn]' --output text 2>&1) ||
		fail "AWS does not accept the credentials that the AWS CLI finds: $identity"
	[ -z "$account" ] || [ "$account" = "${identity%%$'\t'*}" ] ||
		fail "--account says $account, but the credentials are of account ${identity%%$'\t'*}"
	account=${identity%%$'\t'*}
	echo "account $account, region $region, as ${identity##*$'\t'}"
}

# stack_status NAME prints the stack's status, or NONE.
stack_status() {
	local said
	if said=$(aws cloudformation describe-stacks --stack-name "$1" --query 'Stacks[0].StackStatus' --output text 2>&1); then
		echo "$said"
	else
		case $said in
		*'does not exist'*) echo NONE ;;
		*) fail "stack $1: $said" ;;
		esac
	fi
}

# settled NAME waits until CloudFormation has finished with the stack, and prints its status.
settled() {
	local status
	while :; do
		status=$(stack_status "$1") || exit
		case $status in
		REVIEW_IN_PROGRESS) break ;; # a change set that nobody has executed
		*_IN_PROGRESS) sleep 3 ;;
		*) break ;;
		esac
	done
	echo "$status"
}

# ours NAME BEGINNING fails if the description of the stack's template does not begin like this.
ours() {
	local description
	description=$(aws cloudformation get-template-summary --stack-name "$1" --query Description --output text) || exit
	case $description in "$2"*) ;; *)
		fail "stack $1 was made from another template: \"$description\". Choose another name with --stack"
		;;
	esac
}

# output NAME KEY prints an output of the stack.
output() {
	aws cloudformation describe-stacks --stack-name "$1" --query "Stacks[0].Outputs[?OutputKey=='$2'].OutputValue" --output text
}

# parameter NAME KEY prints a parameter of the stack.
parameter() {
	aws cloudformation describe-stacks --stack-name "$1" --query "Stacks[0].Parameters[?ParameterKey=='$2'].ParameterValue" --output text
}

# resource NAME LOGICAL-ID prints the name of a resource that the stack has made, or nothing.
resource() {
	aws cloudformation describe-stack-resources --stack-name "$1" --output text \
		--query "StackResources[?LogicalResourceId=='$2' && ResourceStatus!='DELETE_COMPLETE'].PhysicalResourceId"
}

# reasons NAME TOKEN prints what failed in the operation that had this token.
reasons() {
	aws cloudformation describe-stack-events --stack-name "$1" --max-items 100 --output text \
		--query "StackEvents[?ClientRequestToken=='$2' && contains(ResourceStatus, 'FAILED')].[LogicalResourceId,ResourceStatusReason]" >&2
}
