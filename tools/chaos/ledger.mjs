// What came of a chaos run. Pure: what devices sent, what was acknowledged to them and what they have goes in; what is
// lost, doubled, out of order or wrong comes out.

/** By so much an event outlives its `expires_at`: clocks differ. */
export const SKEW = 5 * 60_000;

/**
 * Accounts for a run.
 *
 * Of each device: `user`; `sent`, its events in the order of its calls (`id`, `stream`, `body`, `expires_at` if it has one);
 * `acknowledged`, what its client was told of them (`id`, and `offset` and `stream_seq` where it was told them); `kept`, the
 * entries in its store, in that order; `told`, the offsets that its application was told, in that order; `missed`, the ranges that
 * retention was said to have removed before it had them. `over` is when the run ended, by the server's clock: until then
 * nothing is excused that had not expired.
 */
export function account({ devices, over }) {
  const counts = { sent: 0, acknowledged: 0, unacknowledged: 0, expired: 0, delivered: 0, lost: 0, duplicated: 0, disordered: 0, wrong: 0 };
  const faults = [];
  const fault = (kind, text) => {
    counts[kind] += 1;
    if (faults.length < 50) faults.push(`${kind}: ${text}`);
  };

  const events = new Map(); // id -> what was sent, by whom, as which of its events
  for (const [name, device] of devices) {
    for (const [at, event] of device.sent.entries()) {
      if (events.has(event.id)) fault("wrong", `${event.id} was sent twice`);
      events.set(event.id, { ...event, sender: name, user: device.user, number: at + 1 });
    }
  }
  counts.sent = events.size;

  for (const [name, { acknowledged }] of devices) {
    for (const { id, offset, stream_seq } of acknowledged) {
      const event = events.get(id);
      if (event?.sender !== name) fault("wrong", `${name} was told of ${id}, which it did not send`);
      else if (event.acknowledged) fault("wrong", `${id} was acknowledged to the application twice`);
      else Object.assign(event, { acknowledged: true }, offset !== undefined && { offset, stream_seq });
    }
  }

  const places = new Map(); // user and offset -> id: there is one log
  const numbers = new Map(); // user, stream and stream_seq -> id
  for (const [name, device] of devices) {
    const seen = new Set();
    let last = 0;
    const streams = new Map();
    const senders = new Map();
    for (const entry of device.kept) {
      const where = `${name} at ${entry.offset}`;
      if (seen.has(entry.id)) {
        fault("duplicated", `${where}: ${entry.id} again`);
        continue;
      }
      seen.add(entry.id);
      if (entry.offset <= last) fault("disordered", `${where}: after ${last}`);
      last = Math.max(last, entry.offset);
      if (entry.stream_seq <= (streams.get(entry.stream) ?? 0)) fault("disordered", `${where}: ${entry.stream} went back to ${entry.stream_seq}`);
      streams.set(entry.stream, Math.max(entry.stream_seq, streams.get(entry.stream) ?? 0));
      for (const [map, key] of [[places, `${device.user} ${entry.offset}`], [numbers, `${device.user} ${entry.stream} ${entry.stream_seq}`]]) {
        if ((map.get(key) ?? entry.id) !== entry.id) fault("wrong", `${where}: another device has ${map.get(key)} at ${key}`);
        map.set(key, entry.id);
      }
      if (entry.class === "system") continue;
      counts.delivered += 1;
      const event = events.get(entry.id);
      if (!event || event.user !== device.user || event.sender === name || event.sender !== entry.device) {
        fault("wrong", `${where}: ${entry.id} is not for it`);
        continue;
      }
      if (event.body !== entry.body || event.stream !== entry.stream || event.expires_at !== entry.expires_at) fault("wrong", `${where}: ${entry.id} was changed`);
      if ((event.offset ?? entry.offset) !== entry.offset || (event.stream_seq ?? entry.stream_seq) !== entry.stream_seq) {
        fault("wrong", `${where}: ${entry.id} was acknowledged as ${event.offset}`);
      }
      Object.assign(event, { offset: entry.offset, stream_seq: entry.stream_seq });
      const before = senders.get(entry.device) ?? { number: 0, seq: 0 };
      if (event.number <= before.number || entry.seq <= before.seq) fault("disordered", `${where}: number ${event.number} of ${entry.device} after ${before.number}`);
      senders.set(entry.device, { number: Math.max(event.number, before.number), seq: Math.max(entry.seq, before.seq) });
    }
    device.has = seen;
    const kept = device.kept.map(({ offset }) => offset);
    if (kept.length !== device.told.length || kept.some((offset, at) => offset !== device.told[at])) {
      fault("wrong", `${name} keeps ${kept.length} entries and its application was told ${device.told.length}, or in another order`);
    }
  }

  for (const event of events.values()) {
    if (!event.acknowledged) {
      fault("unacknowledged", `${event.id}, number ${event.number} of ${event.sender}`);
      continue;
    }
    counts.acknowledged += 1;
    // By no clock of the server it had expired before the end.
    const excused = event.expires_at !== undefined && event.expires_at < over - SKEW;
    if (excused) counts.expired += 1;
    for (const [name, device] of excused ? [] : devices) {
      if (device.user !== event.user || name === event.sender || device.has.has(event.id)) continue;
      const removed = device.missed.some(({ from, to }) => event.offset >= from && event.offset <= to);
      if (!removed) fault("lost", `${name} has not got ${event.id}, number ${event.number} of ${event.sender}`);
    }
  }
  return { counts, faults };
}

/** The counts of which any is a failure. */
export const FAILURES = ["unacknowledged", "lost", "duplicated", "disordered", "wrong"];
