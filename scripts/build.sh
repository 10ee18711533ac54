#!/usr/bin/env bash
# Builds the release worker into build/: index.js and index_bg.wasm are what is deployed, symbols/ keeps the
# module with its names. Does nothing when no input changed.
#
# WITNESS_WASM_OPT  flags for wasm-opt (need_build in toolchain.sh has the default)
set -euo pipefail
[ -n "${WITNESS_BUILT:-}" ] && exit 0 # scripts/bundle.sh calls wrangler, which calls this again
source "$(dirname "$0")/toolchain.sh"
cd "$ROOT"

fingerprint() {
  local files
  files=$(find Cargo.toml Cargo.lock build*.rs build_* .cargo schema sky src texts migrations \
    scripts/build.sh scripts/toolchain.sh scripts/wasm-opt.sh scripts/esbuild.sh scripts/shim.mjs scripts/glue.mjs scripts/strip.mjs scripts/unused.mjs \
    scripts/wasm-sections.mjs \
    package-lock.json \
    -type f 2>/dev/null | LC_ALL=C sort) || true # a folder that is not there is no input
  { printf '%s\n' "$files" "$WITNESS_WASM_OPT"; git hash-object --no-filters --stdin-paths <<<"$files"; rustc -V; } | hash_text
}

# The standard library is built here too, for size: the one that comes with the compiler is made for speed, and its
# generic code (sorting above all) is several times as large. Cargo calls that unstable, so the compiler is told that
# it may; library and compiler are of one release all the same. Panics do not name their place in the source, which is
# two thousand records of file, line and column (11 KB gzip): the stack that is logged with a panic does, by symbols/.
small() {
  RUSTC_BOOTSTRAP=1 CARGO_UNSTABLE_BUILD_STD=std,panic_abort CARGO_UNSTABLE_BUILD_STD_FEATURES=optimize_for_size \
    RUSTFLAGS="${RUSTFLAGS:-} -Zlocation-detail=none" "$@"
}

# `set -e` does not hold below: both run as conditions.
compile() {
  small worker-build --release &&
    mkdir -p build/symbols &&
    mv build/index_bg.wasm build/symbols/index_bg.wasm &&
    node scripts/strip.mjs build/symbols/index_bg.wasm build/index_bg.wasm
}

build() { # under the lock
  local wanted
  wanted=$(fingerprint)
  [ -f build/.stamp ] && [ -f build/index.js ] && [ -f build/index_bg.wasm ] && [ -f public/texts/en.txt ] && [ "$(<build/.stamp)" = "$wanted" ] && return
  rm -f build/.stamp
  # Cargo.lock is an input too: it is completed first. What changes while the compiler runs is built next time.
  cargo metadata --format-version 1 >/dev/null || return
  wanted=$(fingerprint)
  step "building the release worker" compile || return
  printf '%s' "$wanted" >build/.stamp
}

need_build
need_component rust-src lib/rustlib/src/rust/library/Cargo.lock
if [ -x scripts/docs-assets.sh ]; then scripts/docs-assets.sh; fi
scripts/client-assets.sh
scripts/console-assets.sh
scripts/secrets.sh
locked "build-$(printf '%s' "$ROOT" | hash_text)" build || fail "the worker could not be built"
