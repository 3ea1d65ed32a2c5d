#!/bin/sh
# Packs a folder into FOLDER.zip, a deployment package: pack.sh FOLDER
set -eu
cd "$1"
package=$(pwd).zip
rm -f "$package"
if command -v zip >/dev/null; then
	zip -9 -q -r -X "$package" .
else
	python3 -m zipfile -c "$package" *
fi
wc -c <"$package" | tr -d ' ' | sed "s|\$| bytes: $package|"
