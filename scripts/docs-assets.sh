#!/usr/bin/env bash
# Copies the viewer of /docs from node_modules to public/docs/assets. Does nothing when it is there already.
set -euo pipefail
cd "$(dirname "$0")/.."

from=node_modules/swagger-ui-dist
to=public/docs/assets
files=(swagger-ui-bundle.js swagger-ui.css LICENSE NOTICE)

if [[ ! -f $from/package.json ]]; then
  echo "docs-assets: $from is missing; run npm ci" >&2
  exit 1
fi

if cmp -s "$from/package.json" "$to/package.json"; then
  complete=yes
  for file in "${files[@]}"; do [[ -f $to/$file ]] || complete=no; done
  [[ $complete == yes ]] && exit 0
fi

mkdir -p "$to"
for file in "${files[@]}"; do cp "$from/$file" "$to/$file"; done
# last, because it says that the others are complete
cp "$from/package.json" "$to/package.json"
