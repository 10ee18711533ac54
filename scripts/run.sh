#!/usr/bin/env bash
# Everything set up, then the worker on http://127.0.0.1:PORT (8787) with local D1, KV and objects in .wrangler/,
# and one real reading for a demo account. Ends with Ctrl-C.
set -euo pipefail
source "$(dirname "$0")/toolchain.sh"
cd "$ROOT"

PORT=${PORT:-8787}
case $PORT in '' | *[!0-9]*) fail "PORT must be a number, not '$PORT'" ;; esac
if (exec 3<>"/dev/tcp/127.0.0.1/$PORT") 2>/dev/null; then
  fail "port $PORT is taken: PORT=8788 make run"
fi

scripts/build.sh
need_node
# Quick: wrangler is not started for a database that has seen these files.
node tools/migrate/main.mjs up --quick

server='' follower=''
stop() {
  trap - EXIT INT TERM
  [ -z "$follower" ] || kill "$follower" 2>/dev/null || true
  # The server has its own process group: wrangler, esbuild and workerd end together.
  [ -z "$server" ] || kill -TERM -- "-$server" 2>/dev/null || true
  wait 2>/dev/null || true
}
trap stop EXIT
trap 'stop; exit 130' INT
trap 'stop; exit 143' TERM

log=.wrangler/run.log
: >"$log"
set -m
CI=1 wrangler dev --ip 127.0.0.1 --port "$PORT" --inspector-port 0 --show-interactive-dev-session=false \
  </dev/null >"$log" 2>&1 &
server=$!
set +m

if ! node scripts/demo.mjs "http://127.0.0.1:$PORT" 60; then
  say "the last lines of $log:"
  tail -n 30 "$log" >&2
  exit 1
fi
say "  Ctrl-C ends it; the log, one line a request, follows."
tail -n 0 -f "$log" &
follower=$!
wait "$server"
