#!/usr/bin/env bash
# Realistic users against what would be deployed, in workerd (PROFILE=, MINUTES=, VISITS=, SEED=). See run.mjs beside it.
set -euo pipefail
# shellcheck source=../../scripts/toolchain.sh
. "$(dirname "${BASH_SOURCE[0]}")/../../scripts/toolchain.sh"

[ -r /proc/self/stat ] || fail "the load run reads workerd's memory in /proc and therefore runs on Linux alone"
need_node
need_build
"$ROOT/scripts/bundle.sh"

exec node "$ROOT/tools/load/run.mjs"
