#!/usr/bin/env bash
# Checks wrangler.toml against what the house reads (tests/settings.rs). Usage: scripts/check-config.sh [staging|production]
# With an environment: placeholders are errors, and the secrets that are set there are asked for (by name; values cannot
# be read).
set -euo pipefail
source "$(dirname "$0")/toolchain.sh"
cd "$ROOT"
need_rust
target=${1:-}
case $target in
  '') ;;
  staging | production)
    need_node
    WITNESS_SECRETS=$(wrangler secret list --env "$target" --format json) || fail "the secrets of $target cannot be listed"
    export WITNESS_SECRETS WITNESS_TARGET=$target
    ;;
  *) fail "usage: make check-config [TARGET=staging|production]" ;;
esac
output=$(mktemp)
code=0
RUST_BACKTRACE=0 cargo test --quiet --locked --test settings -- --nocapture >"$output" 2>&1 || code=$?
if [ "$code" != 0 ] && ! grep -qE '^  (warning|error): ' "$output"; then cat "$output" >&2; fi
grep -E '^  (warning|error): ' "$output" | sort -u >&2 || true
# What stands before the findings names a test that failed for another reason.
grep -A1 -E 'panicked at' "$output" >&2 || true
rm -f "$output"
exit "$code"
