// What the worker and its tools are made of, from the lock files: crates by cargo, packages by package-lock.json.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

export const root = join(import.meta.dirname, "..");
/** npm packages whose files are served from public/. */
export const SERVED = ["preact", "swagger-ui-dist", "uplot"];

/** What cargo knows of the workspace; with `platform` only what is built for it. */
export function metadata(platform) {
  const filter = platform ? ["--filter-platform", platform] : [];
  const words = ["metadata", "--format-version", "1", "--locked", ...filter];
  return JSON.parse(execFileSync("cargo", words, { cwd: root, maxBuffer: 1 << 28, encoding: "utf8" }));
}

/** The crates linked into the Wasm: normal dependencies for wasm32, found from the worker's own crate. */
export function linked({ packages, resolve } = metadata("wasm32-unknown-unknown")) {
  const byId = new Map(packages.map((entry) => [entry.id, entry]));
  const nodes = new Map(resolve.nodes.map((node) => [node.id, node]));
  const procMacro = (entry) => entry.targets.some((one) => one.kind.includes("proc-macro"));
  const found = new Set();
  const queue = [resolve.root ?? packages.find((entry) => entry.name === "witness").id];
  while (queue.length > 0) {
    for (const { pkg, dep_kinds } of nodes.get(queue.pop()).deps) {
      if (found.has(pkg) || procMacro(byId.get(pkg)) || !dep_kinds.some((kind) => kind.kind === null)) continue;
      found.add(pkg);
      queue.push(pkg);
    }
  }
  return [...found].map((id) => byId.get(id)).filter((entry) => entry.source);
}

/** The packages of a lock file: name, version, licence and their place in node_modules. */
export function locked(file = "package-lock.json") {
  const { packages } = JSON.parse(readFileSync(join(root, file), "utf8"));
  return Object.entries(packages)
    .filter(([place]) => place !== "")
    .map(([place, entry]) => ({ place, name: entry.name ?? place.split("node_modules/").at(-1), ...entry }));
}
