#!/usr/bin/env bash
# Schemathesis against the built Worker in real workerd, with limits raised: starts and stops the Worker itself.
# Ends 0 when every phase ran and no check failed, 77 when it could not run.
#
#   SEED=        another seed than that of schemathesis.toml; the one in use is printed
#   MAX_TIME=    seconds to fill with ever new cases in the last two phases; without it each runs once
#   PATIENCE=    seconds after which the run is given up as hanging, 1200 by default
#   WITNESS_URL= a server that is running already; it must have been started with LIMIT_SCALE. Administration is only refused
#                there: nobody from outside makes the first administrator
set -uo pipefail
source "$(dirname "$0")/../../scripts/toolchain.sh"
cd "$ROOT" || exit 77

SEED=${SEED:-20260301}
MAX_TIME=${MAX_TIME:-}
PATIENCE=${PATIENCE:-$((${MAX_TIME:-0} + 1200))}
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

# Waits for the file with the server's address and an administrator's key; fails as soon as the server is gone.
started() {
  local left=900
  until [ -s "$work/address" ]; do
    kill -0 "$server" 2>/dev/null && [ $((left -= 1)) -gt 0 ] || return 1
    sleep 0.1
  done
}

mkfifo "$work/stdin"
node "$here/server.mjs" "$work/address" <"$work/stdin" >"$work/server.log" 2>&1 &
server=$!
exec 8>"$work/stdin"
started || cannot "the Worker did not start"
{ read -r url && read -r admin; } <"$work/address" || cannot "the Worker did not start"

node "$here/accounts.mjs" "$url" "$admin" >"$work/accounts" || cannot "no account could be made"
{ read -r world && read -r document; } <"$work/accounts" || cannot "no account could be made"
printf '%s' "$document" >"$work/accounts.json"

export OUTSIDE_URL=$url OUTSIDE_WORLD=$world OUTSIDE_SUCCEEDED=$work/succeeded.json PYTHONPATH=$here PYTHONDONTWRITEBYTECODE=1
say "schemathesis: $url, seed $SEED, at most $PATIENCE s"
cd "$work" || exit 77 # accounts.json, and whatever schemathesis leaves behind
timeout --kill-after=10 "$PATIENCE" schemathesis --config-file "$here/schemathesis.toml" run "$url/openapi.json" \
  --url "$url" --checks all --seed "$SEED" ${MAX_TIME:+--max-time "$MAX_TIME"} \
  --report json --report-json-path "$work/report.json" "$@"
code=$?
case $code in 124 | 137) say "given up after $PATIENCE s" ;; esac
# A phase that was left out for want of time is no pass.
node "$here/verdict.mjs" "$work/report.json" || [ "$code" != 0 ] || code=1
exit "$code"
