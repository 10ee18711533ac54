#!/usr/bin/env bash
# Applies the D1 migrations. Usage: scripts/migrate.sh local|staging|production
# Local: skipped when the local database has already seen these files. Wrangler can end with 0 after a failure,
# so the list of what is still to be applied is asked for afterwards.
set -euo pipefail
source "$(dirname "$0")/toolchain.sh"
cd "$ROOT"
need_node

target=${1:-local}
case $target in
  local) where=(--local) ;;
  staging | production) where=(--remote --env "$target") ;;
  *) fail "usage: make migrate TARGET=local|staging|production" ;;
esac

apply() {
  local left
  CI=1 wrangler d1 migrations apply DB "${where[@]}" || return
  left=$(CI=1 wrangler d1 migrations list DB "${where[@]}") || return
  case $left in
    *"No migrations to apply"*) ;;
    *) printf '%s\n' "$left"; return 1 ;;
  esac
}

if [ "$target" != local ]; then
  apply || fail "the migrations of $target could not all be applied"
  exit 0
fi

stamp=.wrangler/state/v3/d1/.witness-migrations
wanted=$(find migrations -maxdepth 1 -name '*.sql' | LC_ALL=C sort | xargs cat | hash_text)
[ -f "$stamp" ] && [ "$(<"$stamp")" = "$wanted" ] && exit 0
step "applying the D1 migrations (local)" apply || fail "the migrations could not all be applied"
printf '%s' "$wanted" >"$stamp"
