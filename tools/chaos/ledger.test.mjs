// The accounting of the chaos run can fail: whatever is planted, it finds.
import assert from "node:assert/strict";
import { test } from "node:test";

import { FAILURES, SKEW, account } from "./ledger.mjs";

const OVER = 1_000_000_000;

/** Two people with three devices each and their events, all of them where they belong. */
function level() {
  const devices = new Map();
  for (const user of ["ada", "ben"]) {
    for (const device of ["one", "two", "three"]) devices.set(`${user}-${device}`, { user, sent: [], acknowledged: [], kept: [], told: [], missed: [] });
    const streams = {};
    const own = [...devices].filter(([, device]) => device.user === user);
    for (let offset = 1; offset <= 30; offset += 1) {
      const [name, sender] = own[offset % 3];
      const stream = offset % 2 === 0 ? "notes" : "todo";
      const stream_seq = (streams[stream] = (streams[stream] ?? 0) + 1);
      const event = { id: `${user}-${offset}`, stream, body: `body ${offset}` };
      sender.sent.push(event);
      // Of a batch only the last event is told its place.
      sender.acknowledged.push(offset % 4 === 0 ? { id: event.id, offset, stream_seq } : { id: event.id });
      const entry = { offset, class: "private", ...event, stream_seq, device: name, seq: sender.sent.length, at: 0 };
      for (const [other, device] of own) if (other !== name) device.kept.push({ ...entry });
    }
  }
  for (const device of devices.values()) device.told = device.kept.map(({ offset }) => offset);
  return devices;
}

/** The counts after a change of the level state, of what is a failure and not 0. */
function found(change) {
  const devices = level();
  change((name) => devices.get(name), devices);
  const { counts, faults } = account({ devices, over: OVER });
  const wrong = Object.fromEntries(FAILURES.filter((name) => counts[name] > 0).map((name) => [name, counts[name]]));
  assert.equal(Object.values(wrong).reduce((sum, count) => sum + count, 0), faults.length);
  return wrong;
}

/** Takes an entry out of a device's store and from what its application was told. */
function take(device, at) {
  device.told.splice(at, 1);
  return device.kept.splice(at, 1)[0];
}
function put(device, at, entry) {
  device.kept.splice(at, 0, entry);
  device.told.splice(at, 0, entry.offset);
}

test("a level run has no fault, and everything in it is counted", () => {
  assert.deepEqual(account({ devices: level(), over: OVER }).counts, {
    sent: 60, acknowledged: 60, unacknowledged: 0, expired: 0, delivered: 120, lost: 0, duplicated: 0, disordered: 0, wrong: 0,
  });
});

test("what a device has not got is lost, at the end too, and for each device", () => {
  assert.deepEqual(found((of) => take(of("ada-one"), 5)), { lost: 1 });
  assert.deepEqual(found((of) => take(of("ada-one"), 19)), { lost: 1 });
  assert.deepEqual(found((of) => [of("ben-two"), of("ben-three")].forEach((device) => take(device, 0))), { lost: 2 });
  assert.deepEqual(found((of) => Object.assign(of("ada-one"), { kept: [], told: [] })), { lost: 20 });
});

test("what was not acknowledged is told apart from what was lost", () => {
  const drop = (of) => {
    of("ada-one").acknowledged.splice(2, 1);
    return of("ada-one").sent[2].id;
  };
  assert.deepEqual(found(drop), { unacknowledged: 1 });
  assert.deepEqual(
    found((of) => {
      const id = drop(of);
      for (const name of ["ada-two", "ada-three"]) take(of(name), of(name).kept.findIndex((entry) => entry.id === id));
    }),
    { unacknowledged: 1 },
  );
});

test("what had expired or was said to be removed may be missing, and what had not may not", () => {
  const expiring = (expires_at, missing) => (of, devices) => {
    const event = of("ada-one").sent[3];
    event.expires_at = expires_at;
    for (const device of devices.values()) for (const entry of device.kept) if (entry.id === event.id) entry.expires_at = expires_at;
    if (missing) take(of("ada-two"), of("ada-two").kept.findIndex(({ id }) => id === event.id));
  };
  assert.deepEqual(found(expiring(OVER - SKEW - 1, true)), {});
  assert.deepEqual(found(expiring(OVER - SKEW, true)), { lost: 1 });
  assert.deepEqual(found(expiring(OVER - SKEW - 1, false)), {});
  const missed = (from, to) => (of) => {
    const { offset } = take(of("ada-two"), 3);
    of("ada-two").missed.push({ from: offset + from, to: offset + to });
  };
  assert.deepEqual(found(missed(0, 0)), {});
  assert.deepEqual(found(missed(1, 9)), { lost: 1 });
});

test("what comes twice is doubled, wherever the second one stands", () => {
  for (const at of [4, 10, 20]) assert.deepEqual(found((of) => put(of("ada-two"), at, { ...of("ada-two").kept[3] })), { duplicated: 1 });
  // The same event at two places of the log.
  assert.deepEqual(found((of) => put(of("ada-two"), 20, { ...of("ada-two").kept[3], offset: 31, stream_seq: 16 })), { duplicated: 1 });
});

test("what stands before what it follows is out of order: by offset, by stream and by sender", () => {
  const swap = (one, other) => (of) => {
    const { kept, told } = of("ada-two");
    for (const list of [kept, told]) [list[one], list[other]] = [list[other], list[one]];
  };
  assert.ok(found(swap(4, 5)).disordered >= 1);
  assert.ok(found(swap(0, 19)).disordered >= 1);
  // Offsets that grow do not hide it.
  const exchange = (same) => (of, devices) => {
    const pairs = of("ada-two").kept.flatMap((one, at, all) => all.slice(at + 1).map((other) => [one, other]));
    const [first, second] = pairs.find(([one, other]) => same(one, other));
    const content = ({ id, body, stream, device, seq }) => ({ id, body, stream, device, seq });
    const [before, after] = [content(first), content(second)];
    for (const { kept } of devices.values()) {
      for (const entry of kept) {
        if (entry.id === before.id) Object.assign(entry, after);
        else if (entry.id === after.id) Object.assign(entry, before);
      }
    }
    for (const { acknowledged } of devices.values()) for (const one of acknowledged) delete one.offset;
  };
  assert.ok(found(exchange((one, other) => one.stream === other.stream && one.device === other.device)).disordered >= 1, "of a sender");
  assert.ok(found((of) => (of("ada-two").kept[6].stream_seq = 1)).disordered >= 1, "of a stream");
});

test("what was changed, invented, misdirected or contradicts another device is wrong", () => {
  const entry = (of) => of("ada-two").kept[3];
  assert.deepEqual(found((of) => (entry(of).body = "something else")), { wrong: 1 });
  assert.deepEqual(found((of) => (entry(of).expires_at = 5)), { wrong: 1 });
  assert.deepEqual(found((of) => (entry(of).device = "ada-one-and-a-half")), { wrong: 1 });
  assert.ok(found((of) => put(of("ada-two"), 20, { ...of("ben-two").kept[3], offset: 31, stream_seq: 16 })).wrong >= 1);
  assert.ok(found((of) => put(of("ada-two"), 20, { ...entry(of), id: "nobody's", offset: 31, stream_seq: 16 })).wrong >= 1);
  // Its own event came back.
  assert.ok(found((of) => put(of("ada-two"), 20, { ...of("ada-one").kept.find(({ device }) => device === "ada-two"), offset: 31, stream_seq: 16 })).wrong >= 1);
  // Two devices have another log.
  assert.ok(found((of) => ((of("ada-two").kept[19].offset = 31), (of("ada-two").told[19] = 31))).wrong >= 1);
  assert.ok(found((of) => (of("ada-two").kept[19].stream_seq += 1)).wrong >= 1);
  // Acknowledged at another place, to another device, or twice.
  assert.ok(found((of) => (of("ada-two").acknowledged.find(({ offset }) => offset).offset = 77)).wrong >= 1);
  assert.ok(found((of) => of("ada-two").acknowledged.push({ id: of("ada-one").sent[0].id })).wrong === 1);
  assert.ok(found((of) => of("ada-two").acknowledged.push({ id: of("ada-two").sent[0].id })).wrong === 1);
});

test("an application that was not told, or told twice or in another order, is found", () => {
  assert.deepEqual(found((of) => of("ada-two").told.pop()), { wrong: 1 });
  assert.deepEqual(found((of) => of("ada-two").told.push(30)), { wrong: 1 });
  assert.deepEqual(found((of) => of("ada-two").told.reverse()), { wrong: 1 });
});

test("what the server says is in order and once as well, and is nobody's", () => {
  const system = (offset, stream_seq) => ({ offset, class: "system", stream: "system", stream_seq, id: `system-${stream_seq}`, body: "{}", at: 0 });
  assert.deepEqual(found((of) => put(of("ada-two"), 20, system(31, 1))), {});
  assert.deepEqual(found((of) => [1, 2].forEach((n) => put(of("ada-two"), 19 + n, system(30 + n, 3 - n)))), { disordered: 1 });
});
