// The relay's figures: medians, ratios, targets and its part of the table.
import { targets } from "../settings.mjs";
import { median } from "../statistics.mjs";

/** What of a round is reported; of the first kind less is better. */
const LESS = ["p50_ms", "p99_ms", "cpu_us", "bytes"];
const MORE = ["per_second"];
const OTHERS = ["pages", "connections", "hubs", "load"];
/** A load that uses more of its core than this may be what limited. */
const BUSY = 0.85;

const round = (value) => Number(value.toPrecision(4));

/** Medians by subject, and medians of the rounds' ratios: above 1 Witness is ahead. */
export function summariseRelay(measured) {
  return Object.entries(measured).map(([job, { title, rounds }]) => {
    const subjects = Object.fromEntries(
      Object.entries(rounds).map(([subject, all]) => {
        const of = (name) => round(median(all.map((one) => one[name])));
        const names = [...LESS, ...MORE, ...OTHERS].filter((name) => name in all[0]);
        return [subject, { ...Object.fromEntries(names.map((name) => [name, of(name)])), rounds: all }];
      }),
    );
    const { witness: ours, peer: theirs } = rounds;
    // Round by round: what slows the machine down for a while slows both.
    const ratio = (name, of) => round(median(ours.map((one, at) => of(one[name], theirs[at][name]))));
    const against_peer =
      ours && theirs
        ? Object.fromEntries([
            ...LESS.filter((name) => name in ours[0]).map((name) => [name, ratio(name, (our, their) => their / our)]),
            ...MORE.filter((name) => name in ours[0]).map((name) => [name, ratio(name, (our, their) => our / their)]),
          ])
        : null;
    return { job, title, subjects, against_peer };
  });
}

/** The relay's targets with what was measured; `null` where it was not. */
export function judgeRelay(jobs) {
  const of = (name) => jobs.find(({ job }) => job === name);
  const ratio = (name, figure) => of(name)?.against_peer?.[figure] ?? null;
  const list = [
    ...[2, 10, 50].map((count) => [`one event to ${count} against peer, median`, targets.relayAgainstPeer, ratio(`fan_out_${count}`, "p50_ms")]),
    ...["1x1", "1x100", "4x1", "4x100"].map((name) => [`events ${name} against peer`, targets.relayAgainstPeer, ratio(`events_${name}`, "per_second")]),
    ["catching up against peer", targets.relayAgainstPeer, ratio("catch_up", "per_second")],
    ["catching up, entries a second", targets.catchUpPerSecond, of("catch_up")?.subjects.witness?.per_second ?? null],
    ["an idle connection against peer", targets.relayAgainstPeer, ratio("asleep", "bytes")],
  ];
  return list.map(([name, target, measured]) => ({ name, sense: "at least", target, measured, met: measured === null ? null : measured >= target }));
}

const pad = (text, width) => String(text).padStart(width);
const shown = (value, digits = 0) => (value === undefined ? "-" : value.toFixed(digits));

/** The table for people. */
export function relayTable({ jobs, targets: judged }) {
  const lines = [`${"relay".padEnd(34)}${"subject".padEnd(10)}${pad("per s", 9)}${pad("p50 ms", 9)}${pad("p99 ms", 9)}${pad("CPU us", 9)}${pad("load", 7)}`];
  for (const { job, title, subjects, against_peer } of jobs.filter(({ subjects }) => !("bytes" in Object.values(subjects)[0]))) {
    for (const [name, one] of Object.entries(subjects)) {
      const load = `${Math.round(one.load * 100)} %${one.load > BUSY ? "!" : ""}`;
      lines.push(
        title.padEnd(34) + name.padEnd(10) + pad(shown(one.per_second), 9) + pad(shown(one.p50_ms, 2), 9) + pad(shown(one.p99_ms, 2), 9) +
          pad(shown(one.cpu_us), 9) + pad(load, 7) + (one.pages ? `  ${one.pages} pages` : ""),
      );
    }
    if (against_peer) lines.push(`  against peer: ${Object.entries(against_peer).map(([name, value]) => `${name} ${value}`).join(", ")}`);
    if (Object.values(subjects).some(({ load }) => load > BUSY)) lines.push(`  ${job}: the load may have been what limited (!)`);
  }
  for (const { title, subjects, against_peer } of jobs.filter(({ subjects }) => "bytes" in Object.values(subjects)[0])) {
    const each = Object.entries(subjects).map(([name, { bytes, connections, hubs }]) => `${name} ${shown(bytes)} bytes (${connections} at ${hubs} hubs)`);
    lines.push(`${title}: ${each.join(", ")}${against_peer ? `; against peer ${against_peer.bytes}` : ""}`);
  }
  lines.push("");
  for (const { name, sense, target, measured, met } of judged) {
    const verdict = met === null ? "not measured" : met ? "met" : "MISSED";
    lines.push(`${name.padEnd(40)}${sense} ${String(target).padEnd(8)} measured ${String(measured ?? "-").padEnd(9)} ${verdict}`);
  }
  return lines.join("\n");
}
