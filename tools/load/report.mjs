// What a load run prints and writes down, and whether it has passed.
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { join } from "node:path";

import { growth } from "./memory.mjs";
import { TARGETS, settings } from "./settings.mjs";

const FOLDER = new URL("../../target/load/", import.meta.url).pathname;
const shown = (value, digits = 1) => (value === undefined ? "" : value.toFixed(digits));
const reads = (what) => what.startsWith("GET ");
/** A password is hashed on purpose for as long as that takes. */
const hashes = (what) => /\/auth\/(register|login)$|DELETE .*\/auth\/me$/.test(what);

/** Figures of a run, and why it failed if it did. */
export function judge({ meter, samples, seconds, spent, late, lost, doubled, relay, complaints, failed }) {
  const memory = { most: Math.max(...samples.map(({ before }) => before)), rss: growth(samples.map(({ rss }) => rss)), anonymous: growth(samples.map(({ anonymous }) => anonymous)) };
  const classes = { reads: meter.of(reads), writes: meter.of((what) => !reads(what) && !hashes(what)), passwords: meter.of(hashes) };
  const reasons = [...failed];
  if (meter.failed > 0) reasons.push(`${meter.failed} of ${meter.requests} requests failed`);
  if (lost.length > 0) reasons.push(`${lost.length} readings that were acknowledged are not there`);
  if (doubled.length > 0) reasons.push(`${doubled.length} readings are there twice`);
  if (relay.missing > 0) reasons.push(`${relay.missing} of ${relay.sent} events did not arrive`);
  if (settings.minutes >= 10 && memory.anonymous.grows) reasons.push("memory grows");
  return { profile: settings.profile, seed: settings.seed, seconds, spent, late, classes, memory, relay, reasons, complaints, requests: meter.requests, failed: meter.failed, operations: meter.each(), errors: meter.errors };
}

const figures = ({ count, errors, p50, p95, p99, most }) => [count, errors, ...[p50, p95, p99, most].map((value) => shown(value))];
const row = (cells) => `| ${cells.join(" | ")} |`;

/** The report as Markdown. */
export function written(run) {
  const { classes, memory, relay } = run;
  const target = (name) => (classes[name].p95 <= TARGETS[name] ? "met" : "missed");
  const mebibytes = ({ before, after }) => `${shown(before, 0)} MiB, then ${shown(after, 0)} MiB`;
  return [
    `# Load: ${run.profile}`,
    "",
    `${run.requests} requests in ${shown(run.seconds / 60)} minutes (${shown(run.requests / run.seconds)} a second), ${run.failed} failed. ` +
      `Seed ${run.seed}; ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, shared with the users; workerd on local disk.`,
    "",
    row(["milliseconds", "requests", "failed", "p50", "p95", "p99", "longest", "target of p95"]),
    row(Array(8).fill("---")),
    row(["reads", ...figures(classes.reads), `${TARGETS.reads}, ${target("reads")}`]),
    row(["writes", ...figures(classes.writes), `${TARGETS.writes}, ${target("writes")}`]),
    row(["with a password to hash", ...figures(classes.passwords), ""]),
    "",
    `- memory of workerd, median of the second third and of the last: ${mebibytes(memory.rss)} resident, of which without a file ` +
      `${mebibytes(memory.anonymous)}, each time after garbage was collected; before that at most ${shown(memory.most, 0)} MiB`,
    `- relay: ${relay.sent} events sent, ${relay.missing} not delivered, ${relay.reconnects} times connected again`,
    `- CPU of workerd: ${shown(run.spent, 2)} ms a request, with all that goes on beside requests`,
    `- visits began at most ${shown(run.late, 0)} ms late`,
    `- ${run.reasons.length === 0 ? "passed" : `FAILED: ${run.reasons.join("; ")}`}`,
    "",
    row(["operation", "requests", "failed", "p50", "p95", "p99", "longest"]),
    row(Array(7).fill("---")),
    ...run.operations.map(({ what, ...of }) => row([`\`${what}\``, ...figures(of)])),
    ...(run.errors.length > 0 ? ["", "Errors:", "", ...run.errors.map((text) => `- ${text.replaceAll("\n", " ")}`)] : []),
    ...(run.complaints.length > 0 ? ["", `workerd complained ${run.complaints.length} times; first: ${run.complaints[0].slice(0, 300)}`] : []),
    "",
  ].join("\n");
}

/** Writes the run down beside others of its profile, and prints it. */
export function keep(run) {
  mkdirSync(FOLDER, { recursive: true });
  const text = written(run);
  writeFileSync(join(FOLDER, `${run.profile}.md`), text);
  writeFileSync(join(FOLDER, `${run.profile}.json`), JSON.stringify(run, null, 1));
  console.log(text);
  console.log(`written to target/load/${run.profile}.md and .json`);
}
