#!/usr/bin/env bash
# What a change has to keep besides its tests. Goes on after a failure; ends non-zero naming every failed check.
set -uo pipefail
source "$(dirname "$0")/toolchain.sh"
cd "$ROOT" || exit 1

# bytes, gzip: 1,088 KiB, a third of what the platform takes. 900 for what answers requests, 60 for the relay, 128 for seeing and
# healing it; docs/platform.md says what a start costs.
BUNDLE_LIMIT=1114112

format() { cargo fmt --all --check; }

lock() { cargo metadata --locked --format-version 1 >/dev/null; }

lint_host() { cargo clippy --quiet --workspace --all-targets --locked -- -D warnings; }

lint_wasm() {
  need_wasm_target
  # Integration tests and the compiler are native; the crate itself is not.
  cargo clippy --quiet --package witness --lib --target wasm32-unknown-unknown --locked -- -D warnings
}

documentation() { RUSTDOCFLAGS=-Dwarnings cargo doc --quiet --workspace --no-deps --document-private-items --locked; }

licences() {
  need_deny
  cargo deny --log-level error --all-features check licenses bans sources
}

advisories() {
  need_deny
  local output
  output=$(mktemp)
  if cargo deny --log-level error --all-features check advisories >"$output" 2>&1; then
    rm -f "$output"
    return
  fi
  if grep -qiE 'failed to (fetch|clone|update|open|load) advisory|failed to acquire advisory' "$output"; then
    say "  the advisory database cannot be reached from here: advisories are NOT checked"
    rm -f "$output"
    return
  fi
  cat "$output"
  rm -f "$output"
  return 1
}

npm_licences() {
  need_node
  node scripts/npm-deny.mjs licences
}

npm_advisories() {
  need_node
  node scripts/npm-deny.mjs advisories
}

no_secrets() {
  need_scanners
  python3 scripts/secret_scan.py
}

workflows() {
  need_scanners
  # Both work offline: the schema of workflows comes with the first.
  check-jsonschema --quiet --builtin-schema vendor.github-workflows .github/workflows/*.yml &&
    zizmor --offline --no-progress --quiet .github
}

bill_of_materials() {
  need_node
  need_scanners
  local file=out/sbom.json valid
  node scripts/sbom.mjs "$file" >/dev/null || return
  # Ten seconds, and the same answer for the same file.
  valid="$CACHE/sbom-$(cat "$file" scripts/sbom_validate.py scripts/requirements.txt | hash_text)"
  [ -f "$valid" ] || { python3 scripts/sbom_validate.py "$file" && mkdir -p "$CACHE" && touch "$valid"; }
}

unused() {
  need_machete
  # Without --with-metadata: with it, build dependencies count, but build scripts are not read.
  cargo machete 2>&1
}

openapi() {
  local document
  document=$(mktemp)
  if scripts/openapi.sh >"$document" && diff -u public/openapi.json "$document"; then
    rm -f "$document"
  else
    rm -f "$document"
    say "  public/openapi.json is not what schema/ says: make openapi >public/openapi.json"
    return 1
  fi
}

notices() {
  need_node
  node scripts/notices.mjs --check
}

bundle_size() {
  local size
  size=$(scripts/size.sh) || return 1
  say "  $size of $BUNDLE_LIMIT bytes"
  [ "$size" -le "$BUNDLE_LIMIT" ]
}

tracked() { git ls-files -co --exclude-standard "$@"; }

scripts_parse() {
  need_node
  local file code=0
  while IFS= read -r file; do
    node --check "$file" || code=1
  done < <(tracked '*.mjs' '*.js' | grep -v '^public/docs/assets/')
  while IFS= read -r file; do
    bash -n "$file" || code=1
  done < <(tracked '*.sh' .ci/run)
  return "$code"
}

client_types() {
  need_node
  tsc -p clients/js --noEmit
}

console_types() {
  need_node
  tsc -p console --noEmit
}

# Nothing in the repository names the machine that it was written on.
house_words() {
  local pattern='(^|[^a-zA-Z0-9_.])(/(home|Users|root|work|tmp/(brief|target-))/[a-z.]|C:\\\\Users\\\\)'
  ! tracked | grep -vE '^(scripts/check\.sh|Cargo\.lock|package-lock\.json|bench/package-lock\.json)$' |
    xargs -d '\n' grep -nIE "$pattern"
}

failed=()
check() { # check <what> <function>
  local started=$SECONDS
  if ("$2"); then
    printf '%-38s ok      %4ds\n' "$1" "$((SECONDS - started))"
  else
    printf '%-38s FAILED  %4ds\n' "$1" "$((SECONDS - started))"
    failed+=("$1")
  fi
}

need_rust
need_component rustfmt 'bin/rustfmt*'
need_component clippy 'bin/cargo-clippy*'
check "formatting" format
check "Cargo.lock is up to date" lock
check "scripts parse" scripts_parse
check "the client's types" client_types
check "the console's types" console_types
check "no machine paths" house_words
check "clippy, host" lint_host
check "clippy, wasm32" lint_wasm
check "rustdoc" documentation
check "licences, bans, sources" licences
check "advisories" advisories
check "licences of npm packages" npm_licences
check "advisories of npm packages" npm_advisories
check "no secrets" no_secrets
check "workflows" workflows
check "bill of materials" bill_of_materials
check "configuration" scripts/check-config.sh
check "unused dependencies" unused
check "third-party notices are up to date" notices
check "OpenAPI document is up to date" openapi
check "bundle size" bundle_size

if [ ${#failed[@]} -gt 0 ]; then
  printf '%d checks failed:\n' "${#failed[@]}"
  printf '  %s\n' "${failed[@]}"
  exit 1
fi
echo "all checks passed"
