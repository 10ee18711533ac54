#!/usr/bin/env bash
# worker-build runs this in place of esbuild, in the folder where its shim waits to be bundled: the shim is
# changed first (see shim.mjs), what nobody uses is taken out of the glue (see unused.mjs), and long texts are copied by the
# encoder (see glue.mjs).
set -eu
node "$(dirname "$0")/shim.mjs" shim.js
node "$(dirname "$0")/unused.mjs" glue index.js shim.js
node "$(dirname "$0")/glue.mjs" index.js
exec "$WITNESS_ESBUILD_BIN" "$@"
