#!/usr/bin/env bash
# How far the sky and the engines are from the truth tables of tests/truth: for each body and engine how many cases,
# then median, 90th and 99th percentile and maximum of the difference, and what is allowed at most.
# A test named accuracy_... prints one line `accuracy | what | cases | p50 | p90 | p99 | max | allowed` for each.
set -uo pipefail
source "$(dirname "$0")/toolchain.sh"
cd "$ROOT" || exit 1
need_rust

output=$(mktemp)
cargo test --quiet --package witness-sky --package witness --lib --test truth accuracy_ -- \
  --nocapture --test-threads=1 >"$output" 2>&1
code=$?
printf '%-32s %6s %10s %10s %10s %10s   %s\n' what cases p50 p90 p99 max allowed
sed -n 's/.*accuracy | //p' "$output" |
  awk -F ' [|] ' '{ printf "%-32s %6s %10s %10s %10s %10s   %s\n", $1, $2, $3, $4, $5, $6, $7 }'
[ "$code" = 0 ] || tail -40 "$output" >&2
rm -f "$output"
exit "$code"
