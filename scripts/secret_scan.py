"""No secret stands in the files of this checkout, but for those that .secrets.baseline knows.

Usage: python3 scripts/secret_scan.py [--write]     --write makes the baseline anew: look at the difference before it is
committed. The entries of today are examples, test vectors and words that are no secrets. Whatever a detector finds
elsewhere fails the scan with file, line and kind, never with the secret. What was found in a file is kept by the hash of
its content (WITNESS_CACHE), so that only what has changed is read again.

Detectors of entropy are off: a thousand vectors and integrity hashes of this repository look random to them, and a
list of a thousand exceptions hides the one that matters.
"""

import hashlib
import json
import os
import subprocess
import sys
from contextlib import ExitStack
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class
from detect_secrets.core.scan import scan_file
from detect_secrets.settings import get_plugins, transient_settings

ROOT = Path(__file__).resolve().parent.parent
BASELINE = ROOT / ".secrets.baseline"
OFF = {"Base64HighEntropyString", "HexHighEntropyString", "IPPublicDetector"}
OWN = ["Ed25519KeyDetector", "HouseSecretDetector"]
# Made from schema/, which is scanned.
LEFT_OUT = {".secrets.baseline", "public/openapi.json"}
HELD = ExitStack()


def settings() -> dict:
    path = f"file://{Path(__file__).with_name('secret_plugins.py')}"
    built_in = sorted(one.__name__ for one in get_mapping_from_secret_type_to_class().values())
    get_mapping_from_secret_type_to_class.cache_clear()
    plugins = [{"name": name} for name in built_in if name not in OFF and name not in OWN]
    return {"plugins_used": plugins + [{"name": name, "path": path} for name in OWN]}


def begin(chosen: dict) -> None:
    """Settings of a process, for as long as it lives."""
    HELD.enter_context(transient_settings(chosen))
    if len(get_plugins()) != len(chosen["plugins_used"]):
        raise RuntimeError("a detector is missing")


def look(name: str) -> list:
    """Every finding in a file: kind, hash, line."""
    found = {(one.type, one.secret_hash): one.line_number for one in scan_file(str(ROOT / name))}
    return sorted([kind, hashed, line] for (kind, hashed), line in found.items())


def files() -> dict:
    """Every file that is tracked or could be, with the hash of its content."""
    def git(*words: str, text: str = "") -> list:
        return subprocess.run(["git", *words], cwd=ROOT, input=text, capture_output=True, text=True, check=True).stdout.split("\n")[:-1]

    names = [name for name in git("ls-files", "-co", "--exclude-standard") if name not in LEFT_OUT and (ROOT / name).is_file()]
    return dict(zip(names, git("hash-object", "--no-filters", "--stdin-paths", text="\n".join(names) + "\n")))


def findings() -> dict:
    """The findings of every file that has some."""
    version = hashlib.sha256()
    for path in (Path(__file__), Path(__file__).with_name("secret_plugins.py"), ROOT / "scripts/requirements.txt"):
        version.update(path.read_bytes())
    default = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "witness"
    cache = Path(os.environ.get("WITNESS_CACHE") or default) / f"secret-scan-{version.hexdigest()[:16]}.json"
    try:
        known = json.loads(cache.read_text())
    except (OSError, ValueError):
        known = {}
    names = files()
    # Names count too: some detectors look at the kind of a file.
    keys = {name: f"{Path(name).suffix} {blob}" for name, blob in names.items()}
    new = [name for name, key in keys.items() if key not in known]
    with ProcessPoolExecutor(os.cpu_count(), initializer=begin, initargs=(settings(),)) as pool:
        found = dict(zip(new, pool.map(look, new, chunksize=8)))
    results = {name: found[name] if name in found else known[key] for name, key in keys.items()}
    cache.parent.mkdir(parents=True, exist_ok=True)
    written = cache.with_suffix(f".{os.getpid()}")
    written.write_text(json.dumps({keys[name]: result for name, result in results.items()}))
    written.replace(cache)
    return {name: result for name, result in sorted(results.items()) if result}


def main() -> int:
    found = findings()
    if "--write" in sys.argv:
        entries = {name: sorted({f"{kind}: {hashed}" for kind, hashed, _ in result}) for name, result in found.items()}
        BASELINE.write_text(json.dumps(entries, indent=1, sort_keys=True) + "\n")
        return 0
    known = json.loads(BASELINE.read_text())
    fresh = [
        f"{name}:{line}: {kind}"
        for name, result in found.items()
        for kind, hashed, line in result
        if f"{kind}: {hashed}" not in known.get(name, [])
    ]
    for one in fresh:
        print(f"  {one}", file=sys.stderr)
    if fresh:
        print("  a secret has to be replaced (docs/runbooks/leaked-secret.md); what is none goes into the baseline:\n"
              "  python3 scripts/secret_scan.py --write", file=sys.stderr)
    return 1 if fresh else 0


if __name__ == "__main__":
    sys.exit(main())
