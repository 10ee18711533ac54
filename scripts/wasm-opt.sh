#!/usr/bin/env bash
# worker-build runs this in place of wasm-opt. It always asks for -O; the level is chosen here, in one place:
# WITNESS_WASM_OPT (see toolchain.sh). Several flags are possible.
set -eu
arguments=() module=''
for argument in "$@"; do
  case $argument in *.wasm) [ -n "$module" ] || [ ! -f "$argument" ] || module=$argument ;; esac
  if [ "$argument" = -O ]; then
    read -ra level <<<"$WITNESS_WASM_OPT"
    arguments+=("${level[@]}")
  else
    arguments+=("$argument")
  fi
done
[ -z "$module" ] || node "$(dirname "$0")/unused.mjs" module "$module"
exec "$WITNESS_WASM_OPT_BIN" "${arguments[@]}"
