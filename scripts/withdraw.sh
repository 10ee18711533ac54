#!/usr/bin/env bash
# Back to a version of before, at once, then a look whether it works. It never touches D1, KV or objects.
# Usage: scripts/withdraw.sh staging|production [version id]     without an id: the last one that served everything
set -euo pipefail
source "$(dirname "$0")/toolchain.sh"
cd "$ROOT"
target=${1:-} version=${2:-}
case $target in
  staging | production) ;;
  *) fail "usage: make withdraw TARGET=staging|production [VERSION=]" ;;
esac
need_node
wrangler rollback ${version:+"$version"} --env "$target" --yes --message "${ROLLBACK_REASON:-rolled back by hand}"
where=$(node scripts/versions.mjs where "$target")
node scripts/smoke.mjs "${where#* }" --no-journey
