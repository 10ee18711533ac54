// What a chaos run prints, and whether it has passed.
import { FAILURES, account } from "./ledger.mjs";
import { planned, settings } from "./settings.mjs";

const MINUTE = 60_000;

/** Prints the counts; true if nothing is wrong and nothing that was planned is missing. `failed` says why the run broke off. */
export function report({ devices, proxy, done, frames, complaints, failed, busy, seconds }) {
  const records = new Map(devices.map((device) => [device.id, device.record]));
  const { counts, faults } = account({ devices: records, over: Date.now() });
  const sum = (of) => devices.reduce((total, device) => total + of(device), 0);
  const codes = {};
  for (const device of devices) for (const [code, count] of Object.entries(device.codes)) codes[code] = (codes[code] ?? 0) + count;
  const kinds = Object.entries(proxy.cuts);
  const cuts = kinds.reduce((total, [, count]) => total + count, 0);
  const skews = devices.map(({ skew }) => (skew / MINUTE).toFixed(1));

  const rows = {
    sent: counts.sent,
    acknowledged: counts.acknowledged,
    "expired, and excused": counts.expired,
    delivered: counts.delivered,
    lost: counts.lost,
    duplicated: counts.duplicated,
    "out of order": counts.disordered,
    unacknowledged: counts.unacknowledged,
    wrong: counts.wrong,
    cuts: `${cuts} (${kinds.map(([kind, count]) => `${count} ${kind}`).join(", ")})`,
    "evictions, sockets kept": done.evictions.hibernate,
    "evictions, sockets closed": done.evictions.close,
    "hubs too busy for one": busy,
    kills: done.kills,
    "clients started again": done.naps,
    "stores set back": `${done.setbacks} (${done.resent} events sent again)`,
    reconnects: sum((device) => device.reconnects),
    resyncs: sum((device) => device.resyncs),
    gaps: frames.gap ?? 0,
    missed: sum(({ record }) => record.missed.length),
    throttled: frames.throttled ?? 0,
    "keys renewed": frames.rekeyed ?? 0,
    "clocks wrong by, minutes": `${Math.min(...skews).toFixed(1)} to ${Math.max(...skews).toFixed(1)}`,
    "close codes": Object.entries(codes).map(([code, count]) => `${code}: ${count}`).join(", "),
    seconds: seconds.toFixed(0),
  };
  for (const [name, value] of Object.entries(rows)) console.log(`${name.padEnd(28)}${value}`);
  for (const text of faults) console.log(`  ${text}`);
  for (const [text, all] of Map.groupBy(complaints, (text) => text.slice(0, 300))) console.log(`  workerd said ${all.length} times: ${text}`);

  const reasons = [...failed];
  const few = (what, happened, wanted) => happened < wanted && reasons.push(`${happened} ${what} of ${wanted} planned`);
  // Last words are not among those that were planned.
  few("events", counts.sent - (failed.length > 0 ? 0 : 2 * devices.length), settings.events);
  few("cuts", cuts, planned.cuts);
  few("evictions with hibernation", done.evictions.hibernate, planned.hibernations);
  few("evictions without", done.evictions.close, planned.closures);
  few("kills", done.kills, planned.kills);
  few("stores set back", done.setbacks, planned.setbacks);
  for (const { id, ended } of devices) if (ended) reasons.push(`device ${id} ended: ${ended}`);
  for (const name of FAILURES) if (counts[name] > 0) reasons.push(`${counts[name]} ${name}`);
  console.log(reasons.length === 0 ? `passed (SEED=${settings.seed})` : `FAILED (SEED=${settings.seed}): ${reasons.join("; ")}`);
  return reasons.length === 0;
}
