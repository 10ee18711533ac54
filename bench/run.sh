#!/usr/bin/env bash
# The bench: sets up, builds Witness, times the subjects and prints the table. See README.md beside it.
set -euo pipefail
# shellcheck source=../scripts/toolchain.sh
. "$(dirname "${BASH_SOURCE[0]}")/../scripts/toolchain.sh"

[ -r /proc/self/stat ] || fail "the bench reads CPU time from /proc and therefore runs on Linux alone"
need_node
need_packages "$ROOT/bench"
# The relay's load is a program of its own.
if [[ ${JOBS:-} != relay* ]] && ! command -v wrk >/dev/null; then
  step "installing wrk, the load generator" locked apt apt_install wrk || fail "missing: wrk (apt-get install wrk)"
fi
if [ -z "${WITNESS_BUNDLE:-}" ] && [[ ,${SUBJECTS:-witness}, == *,witness,* ]]; then
  need_build
  make -s -C "$ROOT" build
fi

exec node "$ROOT/bench/run.mjs"
