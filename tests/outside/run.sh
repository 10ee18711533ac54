#!/usr/bin/env bash
# Schemathesis against the built Worker in real workerd, with limits raised: starts and stops the Worker itself.
# Ends 0 when no check failed, 77 when it could not run, else with schemathesis' own code.
#
#   SEED=        another seed than that of schemathesis.toml; the one in use is printed
#   MAX_TIME=    seconds for the requests, 200 by default
#   WITNESS_URL= a server that is running already; it must have been started with LIMIT_SCALE
set -uo pipefail
source "$(dirname "$0")/../../scripts/toolchain.sh"
cd "$ROOT" || exit 77

SEED=${SEED:-20260301}
MAX_TIME=${MAX_TIME:-200}
here=$ROOT/tests/outside
work=$(mktemp -d)
server=''

stop() {
  trap - EXIT
  # The server ends with its input.
  exec 8>&- || true
  [ -z "$server" ] || wait "$server" 2>/dev/null || true
  rm -rf "$work"
}
trap stop EXIT
trap 'exit 130' INT TERM

cannot() {
  say "could not run: $*"
  [ -s "$work/server.log" ] && tail -n 30 "$work/server.log" >&2
  exit 77
}

need_python
if [ -n "${WITNESS_URL:-}" ]; then
  need_node
else
  need_build
  scripts/bundle.sh || cannot "the Worker could not be bundled"
fi

mkfifo "$work/stdin" "$work/address"
node "$here/server.mjs" <"$work/stdin" >"$work/address" 2>"$work/server.log" &
server=$!
exec 8>"$work/stdin"
read -r -t 90 url <"$work/address" || cannot "the Worker did not start"

node "$here/accounts.mjs" "$url" >"$work/accounts" || cannot "no account could be made"
{ read -r account && read -r document; } <"$work/accounts" || cannot "no account could be made"
printf '%s' "$document" >"$work/accounts.json"

export OUTSIDE_URL=$url OUTSIDE_ACCOUNT=$account PYTHONPATH=$here PYTHONDONTWRITEBYTECODE=1
say "schemathesis: $url, seed $SEED, at most $MAX_TIME s"
cd "$work" || exit 77 # accounts.json, and whatever schemathesis leaves behind
schemathesis --config-file "$here/schemathesis.toml" run "$url/openapi.json" \
  --url "$url" --checks all --seed "$SEED" --max-time "$MAX_TIME" "$@"
code=$?
say "schemathesis ended with $code (seed $SEED)"
exit "$code"
