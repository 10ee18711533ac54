#!/usr/bin/env bash
# The chaos run against what would be deployed (SUBJECT=witness) or the bench's peer (SUBJECT=peer). See run.mjs beside it.
set -euo pipefail
# shellcheck source=../../scripts/toolchain.sh
. "$(dirname "${BASH_SOURCE[0]}")/../../scripts/toolchain.sh"

[ -r /proc/self/stat ] || fail "the chaos run finds workerd in /proc and therefore runs on Linux alone"
need_node
if [ "${SUBJECT:-witness}" = witness ]; then
  need_build
  "$ROOT/scripts/bundle.sh"
else
  need_packages "$ROOT/bench"
fi

exec node "$ROOT/tools/chaos/run.mjs"
