// The Worker under load, as it would be deployed, on a disk of its own.
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { makeIdentity } from "../../bench/lib/relay/identity.mjs";
import { databaseFile, migrate } from "../../bench/lib/seed.mjs";
import { houseConfig, modulesOf, witness } from "../../bench/lib/subjects.mjs";
import { startWorker } from "../../bench/lib/worker.mjs";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** Quotas are those of people, and there are too few of them here for what a machine can be asked. */
const LIMITS = { LIMIT_SCALE: "100000", RELAY_SCALE: "1000" };
/** How often a deployment's cron runs, in milliseconds (wrangler.toml). */
const CRON = 300_000;

/**
 * Starts the bundle in out/ on the stores under `state`. `vars` are added to its variables; `wrap` may put a module before
 * its own. `onError` hears what the runtime complains of; with `inspected` the isolates have inspectors, at
 * `inspector`. Its cron runs as often as a deployment's.
 */
export async function startHouse({ state, vars = {}, wrap = (modules) => modules, onError, inspected = false }) {
  const identity = makeIdentity();
  const secrets = Object.fromEntries(["JWT_SECRET", "CURSOR_SECRET", "VAULT_KEY"].map((name) => [name, randomBytes(32).toString("base64url")]));
  const bindings = { ...secrets, RELAY_PRIVATE_KEY: identity.secret, ...LIMITS, ...vars };
  const options = witness(wrap(modulesOf(join(ROOT, "out"))), houseConfig(), bindings);
  const start = () => startWorker({ name: "witness", options, state, onError, extra: inspected ? { inspectorPort: 0 } : {} });
  const first = await start();
  await (await first.miniflare.getD1Database("DB")).prepare("SELECT 1").run();
  await first.stop();
  migrate(databaseFile(state), join(ROOT, "migrations"));
  const worker = await start();
  const timetable = await worker.miniflare.getWorker(worker.name);
  const cron = setInterval(() => timetable.scheduled({ cron: "*/5 * * * *" }).catch((error) => onError(`cron: ${error.message}`)), CRON);
  const database = await worker.miniflare.getD1Database("DB");
  return {
    url: worker.url,
    pid: worker.pid,
    pinned: identity.pinned,
    inspector: inspected ? (await worker.miniflare.getInspectorURL()).host : undefined,
    /** As if somebody had followed the link of their mail. */
    verify: (account) => database.prepare("UPDATE users SET email_verified_at = created_at WHERE id = ?").bind(account).run(),
    stop: () => (clearInterval(cron), worker.stop()),
  };
}
