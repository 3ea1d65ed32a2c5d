#!/bin/sh
# Gathers the function and its packages in dist, with a dist/bootstrap that starts them.
# PYTHON names the interpreter: Lambda's is 3.13.
set -eu
cd "$(dirname "$0")"
python=$("${PYTHON:-python3}" -c 'import sys; print(sys.executable)')
rm -rf dist
"$python" -m pip install --quiet --disable-pip-version-check --requirement requirements.txt --target dist/packages
"$python" -m compileall -q dist/packages >/dev/null || true
cp app.py reduce.py dist/
cat >dist/bootstrap <<EOF
#!/bin/sh
export PYTHONPATH="\${0%/*}/packages"
export LAMBDA_TASK_ROOT="\${0%/*}"
cd "\$LAMBDA_TASK_ROOT"
exec $python -m awslambdaric app.handler
EOF
chmod +x dist/bootstrap
