#!/bin/sh
# Bundles the function into dist/index.cjs, with a dist/bootstrap that starts it.
# ES modules are taken where packages have them: more of the SDK can be left out, and a start
# takes a quarter less. HABITS=original makes dist-original of the same.
# Needs: node npm
set -eu
unset CDPATH # with it, cd goes to another folder of that name, and prints where
cd "$(dirname "$0")"
dist=dist${HABITS:+-$HABITS}
[ -d node_modules/esbuild ] || npm ci --no-audit --no-fund
npm run --silent build -- --outfile="$dist/index.cjs"
cat >"$dist/bootstrap" <<END
#!/bin/sh
${HABITS:+HABITS=$HABITS }exec node --no-warnings "\${0%/*}/index.cjs"
END
chmod +x "$dist/bootstrap"
../pack.sh "$dist"
