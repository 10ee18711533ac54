#!/usr/bin/env bash
# Puts the files of a folder into an R2 bucket and compares what is there with them.
# Usage: scripts/store-backup.sh <folder> <bucket> <prefix>
# The bucket's lifecycle rule removes what is too old (docs/operations.md); this script removes nothing.
set -euo pipefail
source "$(dirname "$0")/toolchain.sh"
[ $# = 3 ] || fail "usage: scripts/store-backup.sh <folder> <bucket> <prefix>"
folder=$(cd "$1" && pwd -P) bucket=$2 prefix=$3
cd "$ROOT"
need_node
# Wrangler sends no more in one piece.
LIMIT=$((300 * 1024 * 1024))
again=$(mktemp)
trap 'rm -f "$again"' EXIT
count=0
for file in "$folder"/witness-*; do
  [ -f "$file" ] || continue
  [ "$(wc -c <"$file")" -lt "$LIMIT" ] || fail "$file is larger than wrangler can send (300 MB): docs/operations.md"
  key="$bucket/$prefix/$(basename "$file")"
  wrangler r2 object put "$key" --file "$file" --content-type application/octet-stream --remote >&2
  wrangler r2 object get "$key" --file "$again" --remote >&2
  cmp -s "$file" "$again" || fail "$key is not what was sent"
  say "stored and compared: $key"
  count=$((count + 1))
done
[ "$count" -gt 0 ] || fail "there is no backup in $folder"
