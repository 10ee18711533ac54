#!/usr/bin/env bash
# Prints the served OpenAPI document and nothing else on standard output.
set -euo pipefail
source "$(dirname "$0")/toolchain.sh"
cd "$ROOT"
need_rust
exec cargo run --quiet -p witness-contract --bin contract -- openapi schema
