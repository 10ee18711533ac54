#!/usr/bin/env bash
# Rolls out: the new version is uploaded beside the old one, the migrations are applied, and the new version gets 10,
# 50 and then all of the requests, watched after each step. Whatever fails, or Ctrl-C: all requests go to the old one.
# Usage: scripts/rollout.sh production|staging
#
#   ROLLOUT_WATCH=    seconds of watching after each step, 120 by default
#   ROLLOUT_JOURNEY=  0 leaves the smoke test's journey out
# Needs what scripts/deploy.sh needs. A release with new object classes cannot be rolled out in steps: `make deploy`.
set -euo pipefail
source "$(dirname "$0")/toolchain.sh"
cd "$ROOT"
target=${1:-}
case $target in
  staging | production) ;;
  *) fail "usage: make rollout TARGET=production|staging" ;;
esac
WATCH=${ROLLOUT_WATCH:-120}

scripts/check-config.sh "$target" || fail "the configuration of $target is not ready"
need_build

ask() { node scripts/versions.mjs "$@"; }
where=$(ask where "$target")
read -r worker origin <<<"$where"
old=$(wrangler deployments status --env "$target" --json | ask serving) ||
  fail "one version has to serve all of $target: make withdraw TARGET=$target, or make deploy TARGET=$target the first time"

say "uploading a version of $worker, which serves nothing yet"
told=$(mktemp)
trap 'rm -f "$told"' EXIT
WRANGLER_OUTPUT_FILE_PATH=$told wrangler versions upload --env "$target" --tag "$(git rev-parse --short=12 HEAD)" ||
  fail "the version could not be uploaded; nothing has changed. New object classes need make deploy TARGET=$target"
new=$(ask uploaded <"$told") || fail "wrangler did not tell the id of the version"
[ "$new" != "$old" ] || fail "this version serves already"

make --no-print-directory migrate TARGET="$target"

back() {
  trap - ERR INT TERM
  rm -f "$told"
  say "ROLLING BACK: all of $target to $old"
  if wrangler versions deploy "$old@100%" --env "$target" --yes --message "back from $new"; then
    say "$target is served by $old again; the new version stays uploaded as $new"
  else
    say "THE ROLLBACK FAILED. By hand: npx wrangler versions deploy $old@100% --env $target --yes"
  fi
  exit 1
}
trap back ERR INT TERM

for share in 10 50 100; do
  say "== $share % of $target to $new"
  shares=("$new@$share%")
  [ "$share" = 100 ] || shares+=("$old@$((100 - share))%")
  wrangler versions deploy "${shares[@]}" --env "$target" --yes --message "$share % of $new"
  if [ "$share" = 10 ]; then
    journey=()
    [ "${ROLLOUT_JOURNEY:-1}" != 0 ] || journey=(--no-journey)
    node scripts/smoke.mjs "$origin" --version "$worker=$new" "${journey[@]}"
  fi
  node scripts/watch.mjs "$origin" --env "$target" --worker "$worker" --version "$new" --seconds "$WATCH"
done
say "$target is served by $new; the way back: make withdraw TARGET=$target VERSION=$old"
