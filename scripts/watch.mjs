// Warms a version up, so that isolates of it have started before its share of the requests grows, then watches it for a
// while, and ends with 1 when it should not go on:
//  - requests of our own, sent to that version, of which more than one in a hundred fails, or /ready fails twice running;
//  - requests of others that it answered, as `wrangler tail` tells them, of which more than one in a hundred fails
//    (three at least).
// Usage: node scripts/watch.mjs <origin> --env <environment> --worker <name> --version <id> [--seconds 120]
import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { caller, pinned } from "./smoke.mjs";

const TOLERATED = 0.01;
/** Fewer failures than this among the requests of others prove nothing. */
const ENOUGH = 3;
/** Between two rounds: /ready counts towards the quota of an address, 60 a minute. */
const ROUND_MS = Number(process.env.WATCH_ROUND_MS ?? 2000);

/** What warms up: reads that cost no database, of every part that an isolate sets up once. */
export const WARM = ["/health", "/api/v1/engines", "/api/v1/workflows", "/api/v1/engines/enneagram/items", "/.well-known/jwks.json"];
/** As many at a time: a platform that is busy in one isolate starts another. */
const AT_ONCE = 8;

/** Asks the version for all of [WARM], several times side by side. A failure is told; whether it matters, the watch decides. */
export async function warm(origin, version) {
  const { call } = caller(origin, pinned(version));
  let failures = 0;
  for (const path of WARM) {
    const asked = Array.from({ length: AT_ONCE }, () => call("GET", path, 200));
    for (const { reason } of (await Promise.allSettled(asked)).filter(({ status }) => status === "rejected")) {
      failures += 1;
      console.error(`  ${reason.message}`);
    }
  }
  console.log(`  warmed up by ${WARM.length * AT_ONCE - failures} of ${WARM.length * AT_ONCE} requests`);
}

/** Requests and failures in what `wrangler tail --format json` printed: objects one after the other, each over many lines. */
export function traffic(text) {
  const events = text
    .split(/^(?=\{)/m)
    .map((part) => {
      try {
        return JSON.parse(part);
      } catch {
        return undefined; // cut off at the end
      }
    })
    .filter((event) => event?.event?.request);
  const failed = ({ outcome, event }) => !["ok", "canceled", "responseStreamDisconnected"].includes(outcome) || (event.response?.status ?? 0) >= 500;
  return { requests: events.length, failures: events.filter(failed).length };
}

/** Why a version should not go on; nothing when it may. */
export function verdict({ own, others, unready }) {
  if (unready >= 2) return "/ready failed twice running";
  if (own.failures > own.requests * TOLERATED) return `${own.failures} of ${own.requests} requests of our own failed`;
  if (others.failures >= ENOUGH && others.failures > others.requests * TOLERATED) {
    return `${others.failures} of ${others.requests} requests of others failed`;
  }
  return undefined;
}

/** Asks /health and /ready until the time is over or it is clear that they fail. */
async function ask(origin, version, until) {
  const { call } = caller(origin, pinned(version));
  const seen = { own: { requests: 0, failures: 0 }, unready: 0 };
  do {
    for (const path of ["/health", "/ready"]) {
      seen.own.requests += 1;
      try {
        await call("GET", path, 200);
        if (path === "/ready") seen.unready = 0;
      } catch (error) {
        console.error(`  ${error.message}`);
        seen.own.failures += 1;
        if (path === "/ready" && (seen.unready += 1) >= 2) return seen;
      }
    }
    await pause(ROUND_MS);
  } while (Date.now() < until);
  return seen;
}

async function main() {
  const option = { type: "string" };
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { env: option, worker: option, version: option, seconds: { ...option, default: "120" } },
  });
  const { env, worker, version, seconds } = values;
  const [origin] = positionals;
  if (!origin || !env || !worker || !version || !(Number(seconds) > 0)) throw new Error("see the top of scripts/watch.mjs");

  await warm(origin, `${worker}=${version}`);
  const tail = spawn("wrangler", ["tail", "--env", env, "--version-id", version, "--format", "json"], { stdio: ["ignore", "pipe", "ignore"] });
  const ended = once(tail, "close").catch(() => undefined);
  let told = "";
  tail.stdout.on("data", (piece) => (told += piece));
  const seen = await ask(origin, `${worker}=${version}`, Date.now() + Number(seconds) * 1000);
  if (tail.exitCode !== null || tail.pid === undefined) console.error("  wrangler tail ended early: requests of others were not all seen");
  tail.kill("SIGINT");
  await Promise.race([ended, pause(5000, undefined, { ref: false })]);
  tail.kill("SIGKILL");

  const all = { ...seen, others: traffic(told) };
  const why = verdict(all);
  console.log(`  ${all.own.failures} of ${all.own.requests} requests of our own failed, ${all.others.failures} of ${all.others.requests} of all that it told of`);
  if (why) throw new Error(why);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    await main();
  } catch (error) {
    console.error(`watch: ${error.message}`);
    process.exitCode = 1;
  }
}
