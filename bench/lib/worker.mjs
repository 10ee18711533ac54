// One subject in one workerd process, reached on a socket of its own that leads straight to the Worker.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

import { Log, LogLevel, Miniflare, convertV4MiniflareOptions } from "miniflare";
import workerd from "workerd";

import { BENCH } from "./settings.mjs";

// Miniflare reads every log line as it is written. Waking it costs the writer two to three times what the line does
// (measured), which no deployment pays; so the lines are written, to nowhere.
process.env.BENCH_WORKERD = workerd.default ?? workerd;
process.env.MINIFLARE_WORKERD_PATH = join(BENCH, "lib/quiet-workerd.sh");

const children = () =>
  readdirSync("/proc/self/task")
    .flatMap((task) => readFileSync(`/proc/self/task/${task}/children`, "utf8").trim().split(/\s+/))
    .filter((pid) => pid !== "" && readFileSync(`/proc/${pid}/comm`, "utf8").trim() === "workerd")
    .map(Number);

/**
 * Starts a Worker.
 *
 * `options` are Miniflare's for one Worker; `state` is the folder of its D1, KV and objects.
 * Errors of the runtime and of the Worker are handed to `onError`; other log lines go nowhere. `extra` are further options
 * of Miniflare, such as an inspector's port for profiling.
 */
export async function startWorker({ name, options, state, onError = () => {}, extra = {} }) {
  const before = new Set(children());
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      name,
      ...options,
      cf: false,
      log: new Log(LogLevel.ERROR),
      logRequests: false,
      handleStructuredLogs: ({ message }) => onError(message),
      resourcePersistencePath: state,
      ...extra,
      unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }],
    }),
  );
  await miniflare.ready;
  const url = (await miniflare.unsafeGetDirectURL()).origin;
  const pid = children().find((child) => !before.has(child));
  if (pid === undefined) throw new Error(`no workerd process for ${name}`);
  return { name, url, pid, miniflare, stop: () => miniflare.dispose() };
}

const TICKS_PER_SECOND = 100; // USER_HZ, fixed by the kernel's ABI on Linux

/** CPU time of a process so far, user and system, all threads, in microseconds (proc(5), stat fields 14 and 15). */
export function cpuMicros(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return ((Number(fields[11]) + Number(fields[12])) * 1e6) / TICKS_PER_SECOND;
}
