#!/usr/bin/env bash
# Adds what .dev.vars does not have yet: random secrets for the worker on this machine, never committed, never deployed.
set -euo pipefail
cd "$(dirname "$0")/.."
umask 077
random() { node -e 'process.stdout.write(require("node:crypto").randomBytes(32).toString("base64url"))'; }
[ -f .dev.vars ] || echo "# Secrets of this machine's worker, made by scripts/secrets.sh. Delete the file to get new ones." >.dev.vars
for name in JWT_SECRET CURSOR_SECRET VAULT_KEY; do
  grep -q "^$name=" .dev.vars || echo "$name=\"$(random)\"" >>.dev.vars
done
