// Completes package-lock.json after `npm install`: a registry that does not (yet) hold workerd's builds for
// every platform leaves them out of the lock, and `npm ci` then refuses the lock on every platform.
// The added entries carry no integrity hash, because nobody here has seen the files.
import { readFileSync, writeFileSync } from "node:fs";

const file = new URL("../package-lock.json", import.meta.url);
const lock = JSON.parse(readFileSync(file, "utf8"));
const platforms = {
  "darwin-64": ["darwin", "x64"],
  "darwin-arm64": ["darwin", "arm64"],
  "linux-64": ["linux", "x64"],
  "linux-arm64": ["linux", "arm64"],
  "windows-64": ["win32", "x64"],
};

const workerd = lock.packages["node_modules/workerd"];
let added = 0;
for (const [name, version] of Object.entries(workerd.optionalDependencies)) {
  const key = `node_modules/${name}`;
  const platform = platforms[name.replace("@cloudflare/workerd-", "")];
  if (lock.packages[key] || !platform) continue;
  lock.packages[key] = {
    version,
    cpu: [platform[1]],
    dev: true,
    license: "Apache-2.0",
    optional: true,
    os: [platform[0]],
    engines: { node: ">=16" },
  };
  added += 1;
}

const [root, ...rest] = Object.keys(lock.packages);
const sorted = rest.sort((a, b) => a.localeCompare(b, "en"));
lock.packages = Object.fromEntries([root, ...sorted].map((key) => [key, lock.packages[key]]));
if (added > 0) {
  writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
  console.log(`package-lock.json: ${added} platform entries added`);
}
