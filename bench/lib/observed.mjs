// What it costs to see what the house does: the same bundle with everything that is counted, logged, kept and traced, and
// with nothing of it, in turn.
import { createServer } from "node:http";

import { median } from "./statistics.mjs";

const JOBS = ["health", "list", "calculate"];

/** A collector that takes everything and keeps nothing. */
export async function startSink() {
  const sink = { received: 0 };
  const server = createServer((request, response) => {
    request.on("data", (chunk) => (sink.received += chunk.length));
    request.on("end", () => response.writeHead(200, { "content-type": "application/json" }).end("{}"));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  sink.url = `http://127.0.0.1:${server.address().port}`;
  sink.stop = () => (server.closeAllConnections(), server.close());
  return sink;
}

/** The variables of the Workers that are compared; `traced` exports spans of a tenth of all requests, and every line. */
export const variants = (sink) => ({
  unobserved: { OBSERVABILITY: "none" },
  line: { OBSERVABILITY: "line" },
  observed: {},
  traced: { OTLP_ENDPOINT: sink.url, TRACE_SAMPLE: "0.1" },
});

/**
 * Times the jobs on all variants, and gives by job what a variant costs against none of it, and against the line on the
 * console alone, which the floor and the peer write as well: medians over rounds of the ratio of CPU per request within a
 * round.
 */
export async function observability(workers, jobs, time) {
  const report = [];
  for (const job of jobs.filter(({ name }) => JOBS.includes(name))) {
    const rounds = await time(job, workers);
    const against = (name, other) => Number(median(rounds[name].map(({ cpuMicros }, at) => cpuMicros / rounds[other][at].cpuMicros)).toFixed(3));
    const told = (name) => ({
      cpu_us: Number(median(rounds[name].map(({ cpuMicros }) => cpuMicros)).toFixed(1)),
      against_none: against(name, "unobserved"),
      against_line: against(name, "line"),
    });
    report.push({ job: job.name, title: job.title, ...Object.fromEntries(workers.map(({ name }) => [name, told(name)])) });
  }
  return report;
}
