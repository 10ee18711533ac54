// wrk as the load generator, with a job file and a report that a program can read.
import { execFile } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { BENCH } from "./settings.mjs";
import { cpuMicros } from "./worker.mjs";

const run = promisify(execFile);

/** More requests a second than any subject answers. */
const MOST_A_SECOND = 4_000;

/** A file with what a job sends one after another, bodies or addresses, a line each; no path for a job that sends one thing. */
function written(job, seconds) {
  const lines = job.paths ?? job.bodies?.(seconds * MOST_A_SECOND);
  if (!lines) return { path: "", count: 0 };
  const path = join(tmpdir(), `witness-bench-lines-${process.pid}`);
  writeFileSync(path, `${lines.join("\n")}\n`);
  return { path, count: lines.length };
}

/**
 * Loads a Worker with a job for some seconds.
 *
 * Returns requests per second, CPU microseconds of its workerd process per request and the 50th and 99th percentile of
 * latency in microseconds. Any answer other than the expected one makes the run worthless: it throws. So does a body that
 * came twice where the job says that each is sent once.
 */
export async function load(worker, job, seconds, connections) {
  const lines = written(job, seconds);
  const environment = {
    ...process.env,
    BENCH_METHOD: job.method,
    BENCH_BODY: job.body ?? "",
    BENCH_LINES: lines.path,
    BENCH_LINES_ARE: job.paths ? "paths" : "bodies",
    BENCH_TOKEN: job.token ?? "",
  };
  const before = cpuMicros(worker.pid);
  const { stdout } = await run(
    "wrk",
    ["-t1", `-c${connections}`, `-d${seconds}s`, "-s", join(BENCH, "lib/wrk.lua"), worker.url + job.path],
    { env: environment },
  );
  const cpu = cpuMicros(worker.pid) - before;
  if (lines.path) rmSync(lines.path);
  const report = JSON.parse(stdout.slice(stdout.lastIndexOf("REPORT ") + 7));
  // A job that is to be refused has every answer refused; any other none.
  const wrong = job.refused ? report.requests - report.refused : report.refused;
  if (report.errors > 0 || wrong > 0 || report.requests === 0) {
    throw new Error(`${worker.name}, ${job.name}: ${report.errors} errors, ${report.refused} refused of ${report.requests} requests`);
  }
  // Connections may have one more request on the way each when the time is over.
  if (job.once && report.requests + connections > lines.count) throw new Error(`${worker.name}, ${job.name}: bodies ran out`);
  return {
    rps: report.requests / (report.micros / 1e6),
    cpuMicros: cpu / report.requests,
    p50Micros: report.p50,
    p99Micros: report.p99,
  };
}
