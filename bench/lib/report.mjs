// From rounds to medians, ratios, targets and the table.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { cpus, release, totalmem } from "node:os";
import { join } from "node:path";

import { BENCH, HOUSE, settings, targets } from "./settings.mjs";
import { relayTable } from "./relay/report.mjs";
import { median, spread } from "./statistics.mjs";

const round = (value, digits = 3) => Number(value.toFixed(digits));

const versionOf = (folder, name) =>
  JSON.parse(readFileSync(join(folder, "node_modules", name, "package.json"), "utf8")).version;

/** The machine and the versions that the figures hold for. */
export function circumstances() {
  const wrk = execFileSync("sh", ["-c", "wrk -v 2>&1 | head -n 1"], { encoding: "utf8" }).trim();
  return {
    date: new Date().toISOString(),
    machine: {
      cpu: cpus()[0].model.trim(),
      cores: cpus().length,
      memory_gib: round(totalmem() / 2 ** 30, 1),
      kernel: release(),
    },
    versions: {
      node: process.versions.node,
      workerd: versionOf(HOUSE, "workerd"),
      miniflare: versionOf(HOUSE, "miniflare"),
      hono: versionOf(BENCH, "hono"),
      partyserver: versionOf(BENCH, "partyserver"),
      zod_openapi: versionOf(BENCH, "@hono/zod-openapi"),
      zod: versionOf(BENCH, "zod"),
      wrk,
    },
    settings: {
      rounds: settings.rounds,
      seconds_per_round: settings.seconds,
      warm_up_seconds: settings.warmUp,
      connections: settings.connections,
      readings: settings.readings,
    },
  };
}

/** Medians of one job; `rounds` maps each subject to what its rounds gave. */
export function summarise(job, bytes, rounds) {
  const subjects = Object.fromEntries(
    Object.entries(rounds).map(([name, measured]) => {
      const cpu = measured.map((one) => one.cpuMicros);
      return [
        name,
        {
          cpu_us_per_request: round(median(cpu), 1),
          cpu_spread: round(spread(cpu)),
          requests_per_second: round(median(measured.map((one) => one.rps)), 0),
          p50_us: round(median(measured.map((one) => one.p50Micros)), 0),
          p99_us: round(median(measured.map((one) => one.p99Micros)), 0),
          rounds: measured.map((one) => ({ cpu_us: round(one.cpuMicros, 1), rps: round(one.rps, 0) })),
        },
      ];
    }),
  );
  // Above 1: Witness needs less (CPU) or serves more (requests) than the other.
  const ratio = (other) => {
    const [ours, theirs] = [subjects.witness, subjects[other]];
    if (!ours || !theirs) return null;
    return {
      cpu: round(theirs.cpu_us_per_request / ours.cpu_us_per_request),
      requests: round(ours.requests_per_second / theirs.requests_per_second),
    };
  };
  return { job: job.name, title: job.title, answer_bytes: bytes, subjects, against_floor: ratio("floor"), against_peer: ratio("peer"), against_dressed: ratio("dressed") };
}

/** The targets with what was measured; `null` where it was not. */
export function judge({ jobs, observability, admission, rows_read, bundle }) {
  const of = (name) => jobs.find((job) => job.job === name);
  // What Witness itself costs: the floor makes the same calls to the stores, whose CPU is in the same process here.
  const own = (name) => {
    const { floor, witness } = of(name)?.subjects ?? {};
    return floor && witness ? round((witness.cpu_us_per_request - floor.cpu_us_per_request) / 1000, 2) : null;
  };
  const observing = (against) => (observability ? Math.max(...observability.jobs.map(({ observed }) => observed[against])) : null);
  const list = [
    ["list against peer, CPU", "at least", targets.listAgainstPeer, of("list")?.against_peer?.cpu ?? null],
    ["health against floor, CPU", "at least", targets.healthAgainstFloor, of("health")?.against_floor?.cpu ?? null],
    ["calculate against peer, CPU", "at least", targets.calculateAgainstPeer, of("calculate")?.against_peer?.cpu ?? null],
    ["calculate against peer, requests", "at least", targets.calculateAgainstPeer, of("calculate")?.against_peer?.requests ?? null],
    ["from KV against peer, requests", "at least", targets.calculateFromKvAgainstPeer, of("calculate_kv")?.against_peer?.requests ?? null],
    ["chart, CPU ms beyond the floor", "at most", targets.chartMillis, own("human_design")],
    ["natal workflow, CPU ms beyond the floor", "at most", targets.natalMillis, own("natal")],
    ["observing, against the line alone, CPU", "at most", targets.observedShare, observing("against_line")],
    ["observing, against nothing, CPU", "at most", targets.observedShare, observing("against_none")],
    ["hops to the limiter per request, warm", "at most", targets.hopsUnderLease, admission ? admission.warm.asked / admission.warm.requests : null],
    ["check of an HS256 token, CPU us", "at most", targets.tokenMicros, admission?.token.cpu_us ?? null],
    ["rows read per page, many against few", "at most", 1, rows_read ? rows_read.growth : null],
    ["bundle, gzip bytes", "at most", targets.bundleBytes, bundle?.gzip_bytes ?? null],
  ];
  return list.map(([name, sense, target, measured]) => ({
    name,
    sense,
    target,
    measured,
    met: measured === null ? null : sense === "at least" ? measured >= target : measured <= target,
  }));
}

const pad = (text, width) => String(text).padStart(width);

/** The table for people. */
export function table(result) {
  const { machine, versions } = result;
  if (!result.jobs) return relayTable(result.relay);
  const lines = [
    `${machine.cpu}, ${machine.cores} cores, workerd ${versions.workerd}, ${result.settings.rounds} rounds of ` +
      `${result.settings.seconds_per_round} s, ${result.settings.connections} connections, ${result.date.slice(0, 10)}`,
    "",
    `${"job".padEnd(30)}${"subject".padEnd(10)}${pad("CPU us/req", 11)}${pad("spread", 8)}${pad("req/s", 8)}${pad("p99 us", 9)}`,
  ];
  for (const job of result.jobs) {
    for (const [name, one] of Object.entries(job.subjects)) {
      lines.push(
        job.title.padEnd(30) + name.padEnd(10) + pad(one.cpu_us_per_request, 11) + pad(`${Math.round(one.cpu_spread * 100)} %`, 8) +
          pad(one.requests_per_second, 8) + pad(one.p99_us, 9),
      );
    }
  }
  lines.push("", `${"witness against (above 1: better)".padEnd(40)}${pad("floor CPU", 11)}${pad("floor req/s", 13)}${pad("peer CPU", 10)}${pad("peer req/s", 12)}`);
  for (const { title, against_floor: floor, against_peer: peer, against_dressed: dressed } of result.jobs) {
    lines.push(title.padEnd(40) + pad(floor?.cpu ?? "-", 11) + pad(floor?.requests ?? "-", 13) + pad(peer?.cpu ?? "-", 10) + pad(peer?.requests ?? "-", 12));
    if (dressed) lines.push(`${title}, against the dressed floor`.padEnd(40) + pad(dressed.cpu, 11) + pad(dressed.requests, 13));
  }
  for (const { title, unobserved, line, observed, traced } of result.observability?.jobs ?? []) {
    const told = ({ cpu_us, against_line, against_none }) => `${cpu_us}, ${against_line}x the line, ${against_none}x nothing`;
    lines.push(`${title}: ${unobserved.cpu_us} us unobserved; its line ${line.cpu_us}; observed ${told(observed)}; with a tenth traced ${told(traced)}`);
  }
  if (result.admission) {
    const { login } = result.admission;
    const mib = (bytes) => (bytes / 2 ** 20).toFixed(0);
    const { before, after, most } = login.resident_bytes;
    lines.push(
      "",
      `login: ${login.cpu_ms} ms of CPU, ${login.p50_ms} ms in all (median), of which what comes before the hash ` +
        `${login.refused_before_the_hash_cpu_ms} ms; workerd resident ${mib(before)} MiB before, ${mib(after)} after, ${mib(most)} at most`,
    );
  }
  if (result.bundle?.first_answer_ms) {
    const { floor, witness } = result.bundle.first_answer_ms;
    lines.push("", `from a new process to its first answer: floor ${floor} ms, witness ${witness} ms`);
  }
  if (result.rows_read) {
    lines.push("", `rows read, first ${result.rows_read.few.pages.length} pages: ${result.rows_read.few.pages.join(" ")} of ${result.rows_read.few.readings}, ` +
      `${result.rows_read.many.pages.join(" ")} of ${result.rows_read.many.readings}`);
  }
  lines.push("");
  for (const { name, sense, target, measured, met } of result.targets) {
    const verdict = met === null ? "not measured" : met ? "met" : "MISSED";
    lines.push(`${name.padEnd(40)}${sense} ${String(target).padEnd(8)} measured ${String(measured ?? "-").padEnd(9)} ${verdict}`);
  }
  if (result.relay) lines.push("", relayTable(result.relay));
  return lines.join("\n");
}
