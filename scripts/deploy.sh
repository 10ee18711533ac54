#!/usr/bin/env bash
# Deploys at once, without steps between: migrations, then the Worker. Usage: scripts/deploy.sh staging|production
# Needs `wrangler login` or CLOUDFLARE_API_TOKEN, and what scripts/check-config.sh asks for: docs/deployment.md.
# For production scripts/rollout.sh is the usual way; this one creates the Worker, and is the way for a release with
# new object classes.
set -euo pipefail
source "$(dirname "$0")/toolchain.sh"
cd "$ROOT"
target=${1:-}
case $target in
  staging | production) ;;
  *) fail "usage: make deploy TARGET=staging|production" ;;
esac
scripts/check-config.sh "$target" || fail "the configuration of $target is not ready"
need_build
# The migrations come first: they only add, so the version that is still serving can live with them.
make --no-print-directory migrate TARGET="$target"
wrangler deploy --env "$target"
