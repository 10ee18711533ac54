// How each subject becomes a Worker: floor and peer are bundled here, Witness is what wrangler would deploy.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { extname, join, relative, resolve } from "node:path";

import { build } from "esbuild";
import { unstable_readConfig } from "wrangler";

import { BENCH, HOUSE, settings } from "./settings.mjs";

const QUIET = { WRANGLER_SEND_METRICS: "false", CLOUDFLARE_CF_FETCH_ENABLED: "false", CI: "1" };

/** The house's own configuration for wrangler, from which all subjects take date, flags and bindings. */
export function houseConfig() {
  return unstable_readConfig({ config: join(HOUSE, "wrangler.toml") }, { hideWarnings: true });
}

const DATABASE_ID = "bench";

/** What all subjects have in common: the runtime's behaviour and the same stores under the same ids. */
function common(config) {
  return {
    compatibilityDate: config.compatibility_date,
    compatibilityFlags: config.compatibility_flags,
    d1Databases: { [config.d1_databases[0].binding]: DATABASE_ID },
    kvNamespaces: Object.fromEntries(config.kv_namespaces.map(({ binding }) => [binding, binding])),
  };
}

/** A JavaScript subject, bundled as wrangler would (same conditions, one ES module). */
export async function bundled(entry, config, bindings, durableObjects = {}) {
  const { outputFiles } = await build({
    entryPoints: [join(BENCH, entry)],
    bundle: true,
    write: false,
    format: "esm",
    target: "es2024",
    platform: "browser",
    conditions: ["workerd", "worker", "browser"],
    mainFields: ["browser", "module", "main"],
    external: ["cloudflare:workers"],
  });
  const modules = [{ type: "ESModule", path: "index.mjs", contents: outputFiles[0].text }];
  return { ...common(config), modules, modulesRoot: BENCH, rootPath: BENCH, bindings, durableObjects };
}

const MODULE_TYPES = { ".js": "ESModule", ".mjs": "ESModule", ".wasm": "CompiledWasm", ".txt": "Text", ".bin": "Data" };

/** Has wrangler write the deployable bundle of the checkout and returns its folder. */
export function deployable(outdir) {
  if (settings.bundle) return resolve(settings.bundle);
  const arguments_ = ["deploy", "--dry-run", "--outdir", outdir, "--config", join(HOUSE, "wrangler.toml")];
  execFileSync(join(HOUSE, "node_modules/.bin/wrangler"), arguments_, {
    cwd: HOUSE,
    env: { ...process.env, ...QUIET },
    stdio: ["ignore", "ignore", "inherit"],
  });
  return outdir;
}

/** The modules of a bundle that wrangler wrote, main module first. */
export function modulesOf(folder) {
  const main = ["index.js", "index.mjs", "shim.js", "shim.mjs"].map((name) => join(folder, name)).find(existsSync);
  if (!main) throw new Error(`no main module in ${folder}`);
  const others = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => join(folder, name))
    .filter((path) => path !== main && extname(path) in MODULE_TYPES);
  return [main, ...others].map((path) => {
    const type = MODULE_TYPES[extname(path)];
    return { type, path: relative(folder, path), contents: readFileSync(path, type === "ESModule" ? "utf8" : undefined) };
  });
}

/** Witness as configured for development, with limits that a load test does not reach. */
export function witness(modules, config, bindings) {
  const durableObjects = Object.fromEntries(
    config.durable_objects.bindings.map(({ name, class_name }) => [name, { className: class_name, useSQLite: true }]),
  );
  return {
    ...common(config),
    modules,
    modulesRoot: HOUSE,
    rootPath: HOUSE,
    durableObjects,
    serviceBindings: { [config.assets.binding]: { disk: { path: join(HOUSE, "public") } } },
    bindings: { ...config.vars, ...bindings },
  };
}
