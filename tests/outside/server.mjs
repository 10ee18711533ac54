// The built Worker for tests from outside: real workerd, its own empty database, raised limits.
//
// As a module: `startWorker()` gives its address. As a program: writes the address and, as a line of JSON, an
// administrator's key into the file that its argument names (standard output is wrangler's) and serves until its standard
// input ends, so that it cannot outlive the script that started it.
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createTestHarness } from "wrangler";

import { administrator, mail, token } from "../workerd/mailbox.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const secret = () => randomBytes(32).toString("base64url");

/**
 * Starts the bundle in out/ (`make bundle`) and waits until /health answers.
 * WITNESS_URL names a server that is running already; it is then used as it is and left running.
 */
export async function startWorker({ limitScale = 1_000_000 } = {}) {
  const running = process.env.WITNESS_URL;
  if (running) return { url: running.replace(/\/$/, ""), logs: () => [], close: async () => {} };

  if (!existsSync(`${root}/out/.stamp`)) throw new Error("out/ is missing: make bundle");
  const harness = createTestHarness({
    root,
    workers: [
      {
        configPath: "./wrangler.toml",
        prebuiltWorkerDir: "./out",
        vars: { ENVIRONMENT: "development", LIMIT_SCALE: String(limitScale) },
        secrets: { JWT_SECRET: secret(), CURSOR_SECRET: secret(), VAULT_KEY: secret() },
      },
    ],
  });
  try {
    const { url } = await harness.listen();
    await harness.getWorker().applyD1Migrations("DB");
    const health = await harness.fetch("/health");
    if (!health.ok) throw new Error(`/health answered ${health.status}: ${await health.text()}`);
    return { url: url.origin, worker: harness.getWorker(), logs: () => harness.getLogs(), close: () => harness.close() };
  } catch (error) {
    await harness.close();
    throw error;
  }
}

/**
 * An administrator's key that holds every scope of administration, with `own`: what must stay for it to work, and `spare`:
 * the id of another key. `null` where the server was running already: nobody from outside can make the first administrator.
 */
async function administration({ url, worker }) {
  if (!worker) return null;
  const admin = await administrator({ url, worker });
  const { body: me } = await admin.get("/api/v1/auth/me");
  await admin.post("/api/v1/auth/verify-email", { token: token(await mail(admin, "welcome", me.email)) }, 204);
  const document = JSON.parse(readFileSync(`${root}/public/openapi.json`, "utf8"));
  const operations = Object.values(document.paths).flatMap((path) => Object.values(path));
  const scopes = [...new Set(operations.flatMap(({ security = [] }) => security.flatMap((one) => one.admin_key ?? [])))];
  const made = async (name) => (await admin.post("/api/v1/admin/keys", { name, scopes }, 201)).body;
  const [{ key, ...about }, other] = [await made("The run"), await made("Spare")];
  return { key, own: [about.api_key.id, me.id], spare: other.api_key.id };
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const worker = await startWorker();
  writeFileSync(process.argv[2], `${worker.url}\n${JSON.stringify(await administration(worker))}\n`);
  for await (const _ of process.stdin) {
    // Only its end matters.
  }
  await worker.close();
}
