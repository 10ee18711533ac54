#!/usr/bin/env bash
# The chaos runs against what would be deployed: devices on a torn relay (run.mjs), then people while what the house depends on
# fails (dependencies.mjs). PART=relay or dependencies for one of them; SUBJECT=peer tears at the bench's peer instead.
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

part=${PART:-all}
[ "${SUBJECT:-witness}" = witness ] || part=relay
[ "$part" = dependencies ] || node "$ROOT/tools/chaos/run.mjs"
[ "$part" = relay ] || node "$ROOT/tools/chaos/dependencies.mjs"
