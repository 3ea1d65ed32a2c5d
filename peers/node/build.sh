#!/bin/sh
# Bundles the function into dist/index.cjs, with a dist/bootstrap that starts it.
set -eu
cd "$(dirname "$0")"
npm ci --no-audit --no-fund
npm run --silent build
cat >dist/bootstrap <<'EOF'
#!/bin/sh
exec node "${0%/*}/index.cjs"
EOF
chmod +x dist/bootstrap
