// The built Worker for tests from outside: real workerd, its own empty database, raised limits.
//
// As a module: `startWorker()` gives its address. As a program: writes the address into the file that its argument
// names (standard output is wrangler's) and serves until its standard input ends, so that it cannot outlive the
// script that started it.
import { randomBytes } from "node:crypto";
import { existsSync, realpathSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createTestHarness } from "wrangler";

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
    return { url: url.origin, logs: () => harness.getLogs(), close: () => harness.close() };
  } catch (error) {
    await harness.close();
    throw error;
  }
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const worker = await startWorker();
  writeFileSync(process.argv[2], `${worker.url}\n`);
  for await (const _ of process.stdin) {
    // Only its end matters.
  }
  await worker.close();
}
