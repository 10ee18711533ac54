#!/usr/bin/env bash
# Runs the layers of tests in order, goes on after a failing one, and ends non-zero naming what failed or could
# not run. Usage: scripts/test.sh [layer...], all of them by default.
# A layer's whole output is also kept in target/layers/<layer>.log, where tests/capabilities.mjs looks for passes.
set -uo pipefail
source "$(dirname "$0")/toolchain.sh"
cd "$ROOT" || exit 1

LAYERS=(native wasm clients workerd docs outside coverage capabilities)
COVERAGE_FLOOR=95 # per cent of the lines of pure code
CANNOT=77         # a layer's answer when it could not run
HANGS=600000      # milliseconds after which a test with a browser has failed: a page may take for ever over what it is asked

cannot() {
  say "could not run: $*"
  exit "$CANNOT"
}

needs_files() { # needs_files <what it is> <glob>
  compgen -G "$2" >/dev/null || cannot "$1 ($2) is missing"
}

# Each layer runs in a subshell of its own: what it puts on PATH or exports ends with it.

native() { # rules, rooms and the whole pipeline on SQLite and memory
  need_rust
  cargo test --workspace --no-fail-fast
}

wasm() { # conversions at the JS boundary, in Node
  need_build
  local targets=() output
  grep -rqs wasm_bindgen_test src && targets+=(--lib)
  [ -f tests/wasm.rs ] && targets+=(--test wasm)
  [ ${#targets[@]} -gt 0 ] || cannot "no wasm-bindgen test is written (src, tests/wasm.rs)"
  export CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER=wasm-bindgen-test-runner
  output=$(mktemp)
  cargo test --target wasm32-unknown-unknown "${targets[@]}" 2>&1 | tee "$output"
  local code=${PIPESTATUS[0]}
  # The runner is content with a target that holds no test; a layer without any is not.
  if [ "$code" = 0 ] && ! grep -qE 'test result: ok\. [1-9]' "$output"; then
    rm -f "$output"
    cannot "no wasm-bindgen test ran"
  fi
  rm -f "$output"
  return "$code"
}

clients() { # the relay's client: rules, handshake, its store in Chromium; the accounting of chaos and load runs
  needs_files "a test" 'clients/js/test/*.test.mjs'
  need_node
  need_chromium
  node --test --test-concurrency=1 --test-timeout=$HANGS --test-reporter=spec clients/js/test/*.test.mjs tools/chaos/*.test.mjs tools/load/*.test.mjs
}

workerd() { # journeys in the real runtime: D1, KV, objects, restart, eviction
  needs_files "a test" 'tests/workerd/*.test.mjs'
  need_build
  need_promtool
  need_rotel
  (cd tests/ports && step "building the ports' suite as a worker" worker-build --dev) || return
  scripts/bundle.sh && node --test --test-concurrency=1 --test-reporter=spec tests/workerd/*.test.mjs
}

docs() { # the pages in Chromium: documentation, devices, console
  needs_files "a test" 'tests/docs/*.test.mjs'
  need_build
  need_chromium
  scripts/bundle.sh && node --test --test-concurrency=1 --test-timeout=$HANGS --test-reporter=spec tests/docs/*.test.mjs
}

outside() { # requests made from the OpenAPI document alone
  needs_files "the script" 'tests/outside/run.sh'
  need_build
  need_python
  tests/outside/run.sh
}

coverage() { # lines of pure code: all but the two rims
  need_rust
  need_coverage
  # Its own target folder: the flags of instrumented code would throw away the other layers' builds.
  CARGO_TARGET_DIR="$TARGET_DIR/coverage" cargo llvm-cov --workspace --quiet --summary-only \
    --ignore-filename-regex '(^|/)(src/(edge|host)(/|\.rs)|build\.rs|tests/|schema/compiler/src/bin/)' \
    --fail-under-lines "$COVERAGE_FLOOR"
}

capabilities() { # every claim of the capability table has a test that passed
  needs_files "the script" 'tests/capabilities.mjs'
  need_node
  node tests/capabilities.mjs
}

[ $# -gt 0 ] && LAYERS=("$@")
for layer in "${LAYERS[@]}"; do
  case $layer in
    native | wasm | clients | workerd | docs | outside | coverage | capabilities) ;;
    *) fail "no layer '$layer'; there are: native wasm clients workerd docs outside coverage capabilities" ;;
  esac
done
export WITNESS_LOGS="$TARGET_DIR/layers"
rm -rf "$WITNESS_LOGS"
mkdir -p "$WITNESS_LOGS"

passed=0 failed=0 table=''
for layer in "${LAYERS[@]}"; do
  say "" && say "== $layer"
  started=$SECONDS
  ("$layer") 2>&1 | tee "$WITNESS_LOGS/$layer.log"
  code=${PIPESTATUS[0]}
  case $code in
    0) outcome=passed passed=$((passed + 1)) ;;
    "$CANNOT") outcome='could not run' failed=$((failed + 1)) ;;
    *) outcome=FAILED failed=$((failed + 1)) ;;
  esac
  printf '%s\n' "$outcome" >"$WITNESS_LOGS/$layer.outcome"
  table+=$(printf '%-14s %-14s %5ds' "$layer" "$outcome" "$((SECONDS - started))")$'\n'
done

printf '\n%-14s %-14s %6s\n%s%d passed, %d failed\n' layer outcome time "$table" "$passed" "$failed"
[ "$failed" = 0 ]
