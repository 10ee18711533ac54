#!/usr/bin/env bash
# Writes into out/ exactly what a deployment uploads; the workerd tests run that folder.
# Does nothing when the build is the one that is there.
set -euo pipefail
source "$(dirname "$0")/toolchain.sh"
cd "$ROOT"

bundle() { # under the lock
  local wanted
  wanted=$(cat build/.stamp wrangler.toml package-lock.json | hash_text)
  [ -f out/.stamp ] && [ "$(<out/.stamp)" = "$wanted" ] && return
  rm -rf out
  # The build has just been made: wrangler shall not make it again under this lock.
  step "bundling" env WITNESS_BUILT=1 wrangler deploy --dry-run --outdir out || return
  printf '%s' "$wanted" >out/.stamp
}

scripts/build.sh
need_node
locked "bundle-$(printf '%s' "$ROOT" | hash_text)" bundle || fail "the worker could not be bundled"
