#!/usr/bin/env bash
# Prints one integer: the gzip bytes (level 9, file by file) of the modules that a deployment uploads.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/bundle.sh
total=0
while IFS= read -r file; do
  total=$((total + $(gzip -9 -n -c "$file" | wc -c)))
done < <(find out -type f \( -name '*.js' -o -name '*.wasm' \))
echo "$total"
