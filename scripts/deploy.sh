#!/usr/bin/env bash
# Deploys: migrations, then the worker. Usage: scripts/deploy.sh staging|production
# Needs `wrangler login` or CLOUDFLARE_API_TOKEN, the ids of the environment in wrangler.toml, and its secrets:
#   npx wrangler secret put JWT_SECRET --env <environment>      32 random bytes as base64url
#   npx wrangler secret put CURSOR_SECRET --env <environment>   likewise
#   npx wrangler secret put VAULT_KEY --env <environment>       likewise
#   npx wrangler secret put AUDIT_PRIVATE_KEY --env <environment>   see docs/deployment.md
#   npx wrangler secret put RELAY_PRIVATE_KEY --env <environment>   likewise
set -euo pipefail
source "$(dirname "$0")/toolchain.sh"
cd "$ROOT"
target=${1:-}
case $target in
  staging) placeholder="00000000-0000-0000-0000-000000000001|00000000000000000000000000000001" ;;
  production) placeholder="00000000-0000-0000-0000-000000000002|00000000000000000000000000000002" ;;
  *) fail "usage: make deploy TARGET=staging|production" ;;
esac
if grep -qE "$placeholder" wrangler.toml; then
  fail "wrangler.toml: env.$target still has placeholder ids; npx wrangler d1 create and kv namespace create answer with real ones"
fi
if [ "$(grep -A4 "^\[env.$target.vars\]" wrangler.toml | grep -c '^PUBLIC_URL.*example\.com"')" != 0 ]; then
  fail "wrangler.toml: PUBLIC_URL of env.$target is still the example"
fi
need_build
# The migrations come first: they only add, so the version that is still serving can live with them.
make --no-print-directory migrate TARGET="$target"
wrangler deploy --env "$target"
