# shellcheck shell=bash
# The tools of this checkout, pinned. Sourced by the other scripts, which call only the `need_*` they use.
# Every function is quiet and fast when its tool is already there.

WORKER_BUILD_VERSION=0.8.7
WASM_BINDGEN_VERSION=0.2.129
CARGO_DENY_VERSION=0.20.2
CARGO_LLVM_COV_VERSION=0.9.1
CARGO_MACHETE_VERSION=0.9.2

ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)"
CACHE="${WITNESS_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/witness}"
TARGET_DIR="${CARGO_TARGET_DIR:-$ROOT/target}"
[ -d "$HOME/.cargo/bin" ] && PATH="$PATH:$HOME/.cargo/bin"

# Wrangler asks nothing of the network and of the person before the keyboard.
export WRANGLER_SEND_METRICS=false CLOUDFLARE_CF_FETCH_ENABLED=false WRANGLER_HIDE_BANNER=true
export npm_config_update_notifier=false npm_config_fund=false npm_config_audit=false

say() { printf '%s\n' "$*" >&2; }

fail() {
  say "$*"
  exit 1
}

# step <what> <command...>: says what it does and how long it took; shows the command's output only if it fails.
step() {
  local what=$1 log started=$SECONDS code
  shift
  log=$(mktemp)
  printf '%s ... ' "$what" >&2
  if "$@" >"$log" 2>&1; then
    printf 'done in %ds\n' "$((SECONDS - started))" >&2
    rm -f "$log"
  else
    code=$?
    printf 'failed after %ds\n' "$((SECONDS - started))" >&2
    tail -n 60 "$log" >&2
    rm -f "$log"
    return "$code"
  fi
}

# locked <name> <command...>: one process at a time per name; the command checks again whether it has to work.
locked() {
  local name=$1
  shift
  mkdir -p "$CACHE/locks"
  if command -v flock >/dev/null; then
    (
      flock 9
      "$@"
    ) 9>"$CACHE/locks/$name"
  else
    "$@"
  fi
}

# A hash of what standard input says; git is there on every machine that has this checkout.
hash_text() { git hash-object --stdin; }

need_command() {
  command -v "$1" >/dev/null || fail "missing: $1 ($2)"
}

need_rust() {
  need_command git "install it with the system's package manager"
  need_command rustup "https://rustup.rs installs it together with cargo"
  need_command cargo "https://rustup.rs installs it"
  command -v cc >/dev/null || fail "missing: cc, which cargo links with (apt-get install build-essential, or xcode-select --install)"
}

need_wasm_target() {
  need_rust
  [ -d "$(rustc --print sysroot)/lib/rustlib/wasm32-unknown-unknown/lib" ] && return
  step "adding the Rust target wasm32-unknown-unknown" locked rustup rustup target add wasm32-unknown-unknown ||
    fail "rustup could not add the target wasm32-unknown-unknown"
}

need_component() { # need_component <component> <file below lib/rustlib/<host> that proves it>
  local sysroot
  sysroot=$(rustc --print sysroot)
  compgen -G "$sysroot/$2" >/dev/null && return
  step "adding the Rust component $1" locked rustup rustup component add "$1" ||
    fail "rustup could not add the component $1"
}

install_tool() { # under the lock
  local crate=$1 version=$2 binary=$3 home="$CACHE/$1-$2"
  [ -x "$home/bin/$binary" ] && return
  # Its own target folder: an exported CARGO_TARGET_DIR or RUSTFLAGS of this project is not for tools.
  env -u RUSTFLAGS -u CARGO_BUILD_TARGET CARGO_TARGET_DIR="$CACHE/build/$crate" \
    cargo install "$crate@$version" --locked --quiet --root "$home" && rm -rf "$CACHE/build/$crate"
}

need_tool() { # need_tool <crate> <version> [binary]
  local crate=$1 version=$2 binary=${3:-$1}
  if [ ! -x "$CACHE/$crate-$version/bin/$binary" ]; then
    need_rust
    step "building $crate $version (once for this user; a few minutes)" \
      locked "$crate" install_tool "$crate" "$version" "$binary" || fail "could not install $crate $version"
  fi
  PATH="$CACHE/$crate-$version/bin:$PATH"
}

install_packages() { # under the lock
  local stamp=$1/node_modules/.witness-lock hash=$2
  [ -f "$stamp" ] && [ "$(<"$stamp")" = "$hash" ] && return
  (cd "$1" && npm ci --loglevel=error --no-audit --no-fund) && printf '%s' "$hash" >"$stamp"
}

# need_packages [folder]: the locked npm packages of a folder, the root's by default.
need_packages() {
  local folder="${1:-$ROOT}" hash
  need_command git "install it with the system's package manager"
  need_command node "https://nodejs.org, or the system's package manager; 20 or newer starts, the pinned 24 does the work"
  need_command npm "it comes with Node: https://nodejs.org"
  hash=$(cat "$folder/package.json" "$folder/package-lock.json" | hash_text)
  if [ ! -f "$folder/node_modules/.witness-lock" ] || [ "$(<"$folder/node_modules/.witness-lock")" != "$hash" ]; then
    step "installing npm packages (${folder#"$ROOT"/})" \
      locked "npm-$(printf '%s' "$folder" | hash_text)" install_packages "$folder" "$hash" ||
      fail "npm ci failed in $folder"
  fi
}

# Node 24 and the packages' commands first on PATH.
need_node() {
  need_packages
  PATH="$ROOT/node_modules/.bin:$PATH"
}

# All that turns the source into the deployable worker.
need_build() {
  need_command make "install it with the system's package manager"
  need_node
  need_wasm_target
  need_tool wasm-bindgen-cli "$WASM_BINDGEN_VERSION" wasm-bindgen
  need_tool worker-build "$WORKER_BUILD_VERSION"
  # How worker-build finds its helpers; without these it fetches others from the net.
  export WASM_BINDGEN_BIN="$CACHE/wasm-bindgen-cli-$WASM_BINDGEN_VERSION/bin/wasm-bindgen"
  export WASM_OPT_BIN="$ROOT/scripts/wasm-opt.sh" WITNESS_WASM_OPT_BIN="$ROOT/node_modules/.bin/wasm-opt"
  export ESBUILD_BIN="$ROOT/scripts/esbuild.sh" WITNESS_ESBUILD_BIN="$ROOT/node_modules/.bin/esbuild"
  # The first kilobyte of memory is the far end of the stack, where no data lies.
  export WITNESS_WASM_OPT="${WITNESS_WASM_OPT:--Os --low-memory-unused --converge}"
  # Side effects go on when the client hangs up (cloudflare/workers-rs#653).
  export RUN_TO_COMPLETION=1
}

make_venv() { # under the lock
  [ -f "$1/.complete" ] && return
  rm -rf "$1"
  python3 -m venv "$1" && "$1/bin/pip" install --quiet --disable-pip-version-check --no-input \
    -r "$2" && touch "$1/.complete"
}

# run_root <command...>: as root, by sudo when we are not.
run_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

apt_install() {
  command -v apt-get >/dev/null || return 1
  run_root apt-get update -qq &&
    run_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"
}

# need_python [requirements]: a Python with these packages first on PATH, those of the outside tests by default.
need_python() {
  local venv requirements="${1:-$ROOT/tests/requirements.txt}"
  if ! command -v python3 >/dev/null || ! python3 -c 'import venv, ensurepip' 2>/dev/null; then
    step "installing Python" locked apt apt_install python3 python3-venv python3-pip ||
      fail "missing: python3 with venv (apt-get install python3-venv, or https://www.python.org)"
  fi
  venv="$CACHE/python-$({ cat "$requirements"; python3 --version; } | hash_text)"
  [ -f "$venv/.complete" ] ||
    step "making the Python environment" locked python make_venv "$venv" "$requirements" ||
    fail "pip could not install ${requirements#"$ROOT"/}"
  PATH="$venv/bin:$PATH"
}

fetch_promtool() { # under the lock
  local place
  [ -x "$CACHE/promtool/bin/promtool" ] && return
  place=$(mktemp -d)
  # Out of the package without installing it: that would start a server.
  (
    cd "$place" && { apt-get download -qq prometheus || { run_root apt-get update -qq && apt-get download -qq prometheus; }; } &&
      dpkg-deb -x prometheus_*.deb . && mkdir -p "$CACHE/promtool/bin" && mv usr/bin/promtool "$CACHE/promtool/bin/"
  )
  local code=$?
  rm -rf "$place"
  return "$code"
}

# Prometheus' checker of figures first on PATH.
need_promtool() {
  command -v promtool >/dev/null && return
  [ -x "$CACHE/promtool/bin/promtool" ] || step "fetching promtool" locked apt fetch_promtool ||
    fail "missing: promtool (apt-get install prometheus, or https://prometheus.io/download)"
  PATH="$CACHE/promtool/bin:$PATH"
}

# A collector of OpenTelemetry, named in ROTEL. Its package has no command: the program lies beside the code.
need_rotel() {
  local path=$PATH
  need_python "$ROOT/tests/rotel.txt"
  ROTEL="$(python3 -c 'import rotel, os; print(os.path.dirname(rotel.__file__))')/rotel-agent"
  PATH=$path
  chmod +x "$ROTEL" || fail "missing: rotel (tests/rotel.txt)"
  export ROTEL
}

# A Chromium, named in CHROMIUM.
need_chromium() {
  local name
  for name in chromium chromium-browser google-chrome google-chrome-stable; do
    if command -v "$name" >/dev/null; then
      CHROMIUM=$(command -v "$name")
      export CHROMIUM
      return
    fi
  done
  step "installing Chromium" locked apt apt_install chromium && command -v chromium >/dev/null ||
    fail "missing: chromium (apt-get install chromium, or any Chromium on PATH)"
  CHROMIUM=$(command -v chromium)
  export CHROMIUM
}

# What checks workflows, secrets and the bill of materials.
need_scanners() { need_python "$ROOT/scripts/requirements.txt"; }

need_deny() { need_tool cargo-deny "$CARGO_DENY_VERSION"; }

need_machete() { need_tool cargo-machete "$CARGO_MACHETE_VERSION"; }

need_coverage() {
  need_rust
  need_component llvm-tools 'lib/rustlib/*/bin/llvm-cov'
  need_tool cargo-llvm-cov "$CARGO_LLVM_COV_VERSION"
}
