#!/usr/bin/env bash
# Makes of console/ and of what it stands on (preact, uPlot) the two files that /console loads, in public/console/assets. Does
# nothing when they are there already: the first line of each names the sources and the esbuild that it is made of.
set -euo pipefail
cd "$(dirname "$0")/.."

to=public/console/assets
packages=(node_modules/{esbuild,preact,uplot}/package.json)

for package in "${packages[@]}"; do
  if [[ ! -f $package ]]; then
    echo "console-assets: $package is missing; run npm ci" >&2
    exit 1
  fi
done

mark="console $(cat console/*.ts console/*.tsx console/views/*.tsx console/*.css "${packages[@]}" scripts/console-assets.sh | git hash-object --stdin)"
made() { [[ -f $to/$1 && $(head -n 1 "$to/$1") == "/* $mark */" ]]; }
made main.js && made page.css && exit 0

mkdir -p "$to"
# whole or not at all: whoever serves the folder meanwhile has files of before or these
new=$(mktemp -d "$to/.new-XXXXXX")
trap 'rm -rf "$new"' EXIT
node_modules/.bin/esbuild console/main.tsx console/page.css --bundle --format=esm --target=es2024 --minify --jsx=automatic \
  --jsx-import-source=preact --legal-comments=none --banner:js="/* $mark */" --banner:css="/* $mark */" \
  --log-level=warning --outdir="$new"
chmod 644 "$new"/*
mv "$new/page.css" "$to/page.css"
mv "$new/main.js" "$to/main.js"
