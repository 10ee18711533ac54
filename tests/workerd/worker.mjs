// The built Worker in real workerd, for tests: `start` on stores of its own that end with it, `startOn` on a folder
// that a later start finds again.
//
// Both read wrangler.toml, but not from its own folder: the secrets of whoever runs the tests stay out of them.
import { randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Log, LogLevel, Miniflare, convertV4MiniflareOptions } from "miniflare";
import { createTestHarness, unstable_readConfig, unstable_splitSqlQuery } from "wrangler";

process.env.CLOUDFLARE_CF_FETCH_ENABLED ??= "false";
process.env.WRANGLER_SEND_METRICS ??= "false";

const root = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");
const out = join(root, "out");

/** 32 random bytes as the configuration wants them. */
export const secret = () => randomBytes(32).toString("base64url");

/** The name of the second Worker. */
const BESIDE = "witness-beside";

/** Variables that put quotas out of the way. */
export const GENEROUS = { LIMIT_SCALE: "100000" };

/** A folder that is removed with `remove`. */
export function folder() {
  const path = mkdtempSync(join(tmpdir(), "witness-workerd-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** What wrangler.toml says, with every path made whole. `change` may take parts away. */
function configuration(change) {
  if (!existsSync(join(out, "index.js"))) throw new Error("out/ is missing: make bundle");
  const read = unstable_readConfig({ config: join(root, "wrangler.toml") }, { hideWarnings: true });
  const config = {
    name: read.name,
    main: join(out, "index.js"),
    compatibility_date: read.compatibility_date,
    compatibility_flags: read.compatibility_flags,
    assets: { ...read.assets, directory: join(root, "public") },
    vars: read.vars,
    d1_databases: read.d1_databases.map((database) => ({ ...database, migrations_dir: join(root, "migrations") })),
    kv_namespaces: read.kv_namespaces,
    durable_objects: read.durable_objects,
    migrations: read.migrations,
  };
  return change?.(config) ?? config;
}

/**
 * Starts the bundle in out/ on empty stores.
 *
 * `vars` and `secrets` are added to the configuration's (a secret that is `undefined` is left out); `change` takes
 * the configuration and may alter it; `migrate` is false for a Worker whose database has no tables. With `beside` a
 * second Worker of the same code runs on the stores and objects of the first.
 */
export async function start({ vars = GENEROUS, secrets = {}, change, migrate = true, beside = false } = {}) {
  const place = folder();
  const configPath = join(place.path, "wrangler.json");
  const config = configuration(change);
  writeFileSync(configPath, JSON.stringify(config));
  const all = Object.entries({ JWT_SECRET: secret(), CURSOR_SECRET: secret(), VAULT_KEY: secret(), ...secrets });
  const given = Object.fromEntries(all.filter(([, value]) => value !== undefined));
  const workers = [{ configPath, prebuiltWorkerDir: out, vars, secrets: given }];
  if (beside) {
    const bindings = config.durable_objects.bindings.map((binding) => ({ ...binding, script_name: config.name }));
    const second = { ...config, name: BESIDE, durable_objects: { bindings }, migrations: undefined };
    const path = join(place.path, "beside.json");
    writeFileSync(path, JSON.stringify(second));
    workers.push({ configPath: path, prebuiltWorkerDir: out, vars, secrets: given });
  }
  const harness = createTestHarness({ root: place.path, workers });
  const close = async () => {
    await harness.close();
    place.remove();
  };
  try {
    const { url } = await harness.listen();
    const worker = harness.getWorker();
    if (migrate && config.d1_databases) await worker.applyD1Migrations("DB");
    const second = beside ? harness.getWorker(BESIDE) : undefined;
    return { url: url.origin, worker, beside: second, logs: () => harness.getLogs(), clearLogs: () => harness.clearLogs(), close };
  } catch (error) {
    await close();
    throw error;
  }
}

const TYPES = { ".js": "ESModule", ".wasm": "CompiledWasm" };

function modules() {
  const names = readdirSync(out).filter((name) => extname(name) in TYPES);
  names.sort((a, b) => Number(b === "index.js") - Number(a === "index.js"));
  return names.map((name) => {
    const type = TYPES[extname(name)];
    return { type, path: name, contents: readFileSync(join(out, name), type === "ESModule" ? "utf8" : undefined) };
  });
}

/**
 * Starts the bundle in out/ on the stores in the folder `state`, making the tables on the first start.
 * `secrets` have to be the same each time, or tokens and cursors of before are refused.
 */
export async function startOn(state, { vars = {}, secrets }) {
  const config = configuration();
  const classes = config.durable_objects.bindings.map(({ name, class_name }) => [
    name,
    { className: class_name, useSQLite: true },
  ]);
  const logs = [];
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      name: config.name,
      modules: modules(),
      modulesRoot: out,
      rootPath: out,
      compatibilityDate: config.compatibility_date,
      compatibilityFlags: config.compatibility_flags,
      d1Databases: Object.fromEntries(config.d1_databases.map(({ binding, database_id }) => [binding, database_id])),
      kvNamespaces: Object.fromEntries(config.kv_namespaces.map(({ binding, id }) => [binding, id])),
      durableObjects: Object.fromEntries(classes),
      serviceBindings: { [config.assets.binding]: { disk: { path: config.assets.directory } } },
      bindings: { ...config.vars, ...vars, ...secrets },
      cf: false,
      log: new Log(LogLevel.ERROR),
      logRequests: false,
      handleStructuredLogs: (line) => logs.push(line),
      resourcePersistencePath: state,
      host: "127.0.0.1",
      port: 0,
    }),
  );
  const url = (await miniflare.ready).origin;
  const database = await miniflare.getD1Database("DB");
  const known = await database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'users'").all();
  if (known.results.length === 0) {
    const files = readdirSync(join(root, "migrations")).filter((name) => name.endsWith(".sql")).sort();
    for (const file of files) {
      const text = readFileSync(join(root, "migrations", file), "utf8");
      await database.batch(unstable_splitSqlQuery(text).map((sql) => database.prepare(sql)));
    }
  }
  return { url, database, logs: () => logs, close: () => miniflare.dispose() };
}
