#!/usr/bin/env bash
# Writes .dev.vars once: random secrets for the worker on this machine, never committed, never deployed.
set -euo pipefail
cd "$(dirname "$0")/.."
[ -f .dev.vars ] && exit 0
umask 077
random() { node -e 'process.stdout.write(require("node:crypto").randomBytes(32).toString("base64url"))'; }
{
  echo "# Secrets of this machine's worker, made by scripts/secrets.sh. Delete the file to get new ones."
  echo "JWT_SECRET=\"$(random)\""
  echo "CURSOR_SECRET=\"$(random)\""
} >.dev.vars.new
mv .dev.vars.new .dev.vars
