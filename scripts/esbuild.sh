#!/usr/bin/env bash
# worker-build runs this in place of esbuild, in the folder where its shim waits to be bundled: the shim is
# changed first (see shim.mjs).
set -eu
node "$(dirname "$0")/shim.mjs" shim.js
exec "$WITNESS_ESBUILD_BIN" "$@"
