#!/usr/bin/env bash
# Makes of the relay's client the one module that /together loads, public/together/assets/relay.js. Does nothing when it is
# there already: its first line names the source and the esbuild that it is made of.
set -euo pipefail
cd "$(dirname "$0")/.."

bundler=node_modules/esbuild
to=public/together/assets

if [[ ! -f $bundler/package.json ]]; then
  echo "client-assets: $bundler is missing; run npm ci" >&2
  exit 1
fi

mark="// clients/js $(cat clients/js/src/*.ts "$bundler/package.json" scripts/client-assets.sh | git hash-object --stdin)"
[[ -f $to/relay.js && $(head -n 1 "$to/relay.js") == "$mark" ]] && exit 0

mkdir -p "$to"
# whole or not at all: whoever serves the folder meanwhile has one of before or this one
new=$(mktemp -d "$to/.new-XXXXXX")
trap 'rm -rf "$new"' EXIT
node_modules/.bin/esbuild clients/js/src/index.ts --bundle --format=esm --target=es2024 --minify --banner:js="$mark" \
  --log-level=warning --outfile="$new/relay.js"
chmod 644 "$new/relay.js"
mv "$new/relay.js" "$to/relay.js"
