#!/bin/sh
# Gathers the function and its packages in dist, with a dist/bootstrap that starts them.
# HABITS=original makes dist-original of the same. PYTHON names the interpreter: without it,
# python3.13 where there is one, the version that Lambda's newest runtime of these has.
# Needs: python3
set -eu
unset CDPATH # with it, cd goes to another folder of that name, and prints where
cd "$(dirname "$0")"
dist=dist${HABITS:+-$HABITS}
for python in "${PYTHON:-}" python3.13 ~/.pyenv/versions/3.13*/bin/python3 python3; do
	found=$("$python" -c 'import sys; print(sys.executable)' 2>/dev/null) && break
done
rm -rf "$dist"
"$found" -m pip install --quiet --disable-pip-version-check --requirement requirements.txt --target "$dist/packages"
cp app.py reduce.py "$dist/"
# Compiled beforehand, since Lambda's code is read-only; valid whatever the files' times are.
"$found" -m compileall -q --invalidation-mode unchecked-hash "$dist" >/dev/null || true
cat >"$dist/bootstrap" <<END
#!/bin/sh
${HABITS:+export HABITS=$HABITS
}export PYTHONPATH="\${0%/*}/packages"
export LAMBDA_TASK_ROOT="\${0%/*}"
cd "\$LAMBDA_TASK_ROOT"
exec $found -m awslambdaric app.handler
END
chmod +x "$dist/bootstrap"
../pack.sh "$dist"
