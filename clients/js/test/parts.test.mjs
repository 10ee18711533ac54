// The small parts, each alone: bytes as text, places in the queue, what was received, when to come again.
import assert from "node:assert/strict";
import { test } from "node:test";

import { decode, encode } from "../src/base64url.ts";
import { join, same, u32, u64, uuid } from "../src/bytes.ts";
import { afterClose, afterFault, pause } from "../src/closing.ts";
import { read } from "../src/frames.ts";
import { Inbox } from "../src/log.ts";
import { FLIGHT, FRAME_BYTES, Queue } from "../src/queue.ts";
import { MemoryStore } from "../src/store.ts";
import { seeded } from "./random.mjs";

test("bytes have one text, and no other is read", () => {
  const random = seeded(7);
  for (let length = 0; length < 70; length += 1) {
    const bytes = Uint8Array.from({ length }, () => Math.floor(random() * 256));
    const text = encode(bytes);
    assert.equal(text, Buffer.from(bytes).toString("base64url"));
    assert.deepEqual(decode(text, length), bytes);
  }
  // Padding, the other alphabet, a lone letter, white space, loose bits, another length.
  for (const text of ["AA==", "+/+/", "A", "AA AA", "AB", "AAB"]) assert.throws(() => decode(text), RangeError, text);
  assert.throws(() => decode("AAAA", 4), RangeError);
});

test("numbers and ids become bytes, most significant first", () => {
  assert.deepEqual([...u32(0x01020304)], [1, 2, 3, 4]);
  assert.deepEqual([...u64(2 ** 53 - 1)], [0, 0x1f, 255, 255, 255, 255, 255, 255]);
  assert.equal(Buffer.from(uuid("0197F7A0-0000-7000-8000-0000000000d1")).toString("hex"), "0197f7a0000070008000" + "0000000000d1");
  assert.throws(() => uuid("0197f7a0000070008000" + "0000000000d1"), RangeError);
  assert.deepEqual([...join("ä\0", Uint8Array.of(1))], [0xc3, 0xa4, 0, 1]);
  assert.equal(same(Uint8Array.of(1, 2), Uint8Array.of(1, 2)), true);
  for (const other of [[1, 3], [1], [1, 2, 0]]) assert.equal(same(Uint8Array.of(1, 2), Uint8Array.from(other)), false);
});

test("a frame is what the contract says, anything else is refused", () => {
  assert.deepEqual(read('{"type":"gap","expected":4}'), { type: "gap", expected: 4 });
  const wrong = ["", "[]", "null", "{", '{"type":"gap"}', '{"type":"gap","expected":0}', '{"type":"gap","expected":1.5}',
    '{"type":"gap","expected":"4"}', '{"type":"toString"}', '{"type":"deliver","entries":[{"offset":1}]}', '{"type":["gap"]}'];
  for (const text of wrong) assert.throws(() => read(text), { code: 4007 }, text);
});

const event = (id, more = {}) => ({ id, stream: "notes", body: "b", ...more });

test("events are given places one after another and leave when those are acknowledged", () => {
  const queue = new Queue();
  for (const id of ["a", "b", "c"]) queue.add(event(id));
  const { frame, numbered } = queue.next();
  assert.deepEqual(frame, { type: "events", events: ["a", "b", "c"].map((id, at) => ({ ...event(id), seq: at + 1 })) });
  assert.deepEqual(numbered.map(({ seq }) => seq), [1, 2, 3]);
  assert.equal(queue.next(), undefined);
  queue.add(event("d"));
  assert.deepEqual(queue.next().frame, { type: "event", ...event("d"), seq: 4 });
  assert.equal(queue.has(4), true);
  assert.equal(queue.has(5), false);
  const done = queue.acknowledge({ seq: 3, offset: 9, stream_seq: 2 });
  assert.deepEqual(done.map(({ id, offset }) => [id, offset]), [["a", undefined], ["b", undefined], ["c", 9]]);
  assert.equal(queue.length, 1);
  assert.equal(queue.flight, 1);
  queue.rewind();
  assert.equal(queue.next().frame.seq, 4);
  assert.deepEqual(queue.acknowledge({ seq: 4, expired: true }), [{ id: "d", stream: "notes", expired: true }]);
});

test("a frame never grows beyond what the hub takes, nor the flight beyond its limit", () => {
  const queue = new Queue();
  for (let at = 0; at < 6; at += 1) queue.add(event(`big-${at}`, { body: "x".repeat(30_000) }));
  for (let at = 0; at < 3 * FLIGHT; at += 1) queue.add(event(`small-${at}`));
  const sizes = [];
  for (let next = queue.next(); next; next = queue.next()) {
    sizes.push(next.frame.events?.length ?? 1);
    assert.ok(Buffer.byteLength(JSON.stringify(next.frame)) <= FRAME_BYTES + 100);
  }
  assert.deepEqual(sizes.slice(0, 2), [2, 2]);
  assert.equal(queue.flight, FLIGHT);
});

test("the places of a store that was lost or set back follow what the hub has", () => {
  const lost = new Queue([event("a"), event("b")]);
  assert.deepEqual(lost.settle(57), { done: [], numbered: [] });
  assert.deepEqual(lost.next().numbered.map(({ seq }) => seq), [58, 59]);

  const behind = new Queue([event("a", { seq: 3 }), event("b", { seq: 4 }), event("c")]);
  assert.deepEqual(behind.settle(3).done.map(({ id }) => id), ["a"]);
  assert.deepEqual(behind.next().frame.events.map(({ seq }) => seq), [4, 5]);

  const restored = new Queue([event("a", { seq: 51 }), event("b", { seq: 52 })]);
  const { done, numbered } = restored.settle(40);
  assert.deepEqual(done, []);
  assert.deepEqual(numbered.map(({ seq }) => seq), [41, 42]);
});

const entry = (offset) => ({ offset, class: "private", stream: "notes", stream_seq: offset, id: `e${offset}`, at: 0, body: "" });
const offsets = (work) => work?.entries.map(({ offset }) => offset);

test("entries come to the application once, in order and one piece at a time", () => {
  const inbox = new Inbox({ epoch: "e", offset: 2 });
  inbox.begin({ epoch: "e", offset: 0 });
  assert.equal(inbox.deliver([entry(2), entry(3), entry(5)]), true);
  const work = inbox.next();
  assert.deepEqual(offsets(work), [3, 5]);
  inbox.deliver([entry(5), entry(4), entry(6)]);
  inbox.deliver([entry(7)]);
  assert.equal(inbox.next(), undefined);
  assert.deepEqual(inbox.kept, { epoch: "e", offset: 2 });
  assert.equal(inbox.applied(), 5);
  assert.deepEqual(inbox.kept, { epoch: "e", offset: 5 });
  assert.deepEqual(offsets(inbox.next()), [6, 7]);
});

test("what is not kept when the connection goes is asked for again, what is being kept is not", () => {
  const inbox = new Inbox({ epoch: "e", offset: 0 });
  inbox.begin({ epoch: "e", offset: 0 });
  inbox.deliver([entry(1)]);
  inbox.next();
  inbox.deliver([entry(2)]);
  inbox.rewind();
  assert.deepEqual(inbox.place, { epoch: "e", offset: 1 });
  assert.equal(inbox.applied(), undefined, "the hub of another connection does not wait for it");
  inbox.begin({ epoch: "e", offset: 0 });
  inbox.deliver([entry(2), entry(3)]);
  inbox.next();
  inbox.failed();
  assert.deepEqual(inbox.place, { epoch: "e", offset: 1 });
});

test("entries of another log are taken only after the hub has said where to go on", () => {
  const inbox = new Inbox({ epoch: "e", offset: 40 });
  inbox.begin({ epoch: "f", offset: 3 });
  assert.equal(inbox.deliver([entry(41)]), false);
  inbox.missed(41, 50);
  assert.equal(inbox.reach(41), undefined);
  assert.deepEqual([inbox.place, inbox.next()], [{ epoch: "e", offset: 40 }, undefined]);
  inbox.resync({ epoch: "f", offset: 3 });
  assert.deepEqual(inbox.next(), { type: "resync", cursor: { epoch: "f", offset: 3 } });
  assert.equal(inbox.deliver([entry(4)]), true);
  assert.equal(inbox.applied(), undefined);
  assert.deepEqual(inbox.kept, { epoch: "f", offset: 3 });
  assert.deepEqual(offsets(inbox.next()), [4]);
});

test("a device passes over its own events, and keeps that once all before them is kept", () => {
  const inbox = new Inbox({ epoch: "e", offset: 4 });
  inbox.begin({ epoch: "e", offset: 9 });
  assert.deepEqual(inbox.reach(6), { epoch: "e", offset: 6 });
  assert.deepEqual(inbox.kept, { epoch: "e", offset: 6 });
  assert.equal(inbox.reach(5), undefined);
  inbox.deliver([entry(7)]);
  assert.equal(inbox.reach(9), undefined, "7 waits");
  inbox.next();
  assert.equal(inbox.reach(10), undefined, "7 is being kept");
  assert.equal(inbox.applied(), 7);
  assert.deepEqual([inbox.kept.offset, inbox.place.offset], [7, 10]);
});

test("a device without a cursor begins at the end of the log, and keeps that before anything else", () => {
  const inbox = new Inbox();
  inbox.begin({ epoch: "e", offset: 57 });
  inbox.deliver([entry(57), entry(58)]);
  assert.deepEqual(inbox.next(), { type: "begun", cursor: { epoch: "e", offset: 57 } });
  inbox.rewind();
  assert.deepEqual(inbox.place, { epoch: "e", offset: 57 }, "what is being kept will be");
  assert.equal(inbox.applied(), undefined);
  assert.deepEqual(inbox.kept, { epoch: "e", offset: 57 });
});

test("every close code has its consequence", () => {
  const codes = { once: [1001, 4004, 4008, 4011], never: [4000, 4001, 4002, 4003, 4005, 4006, 4007, 4009],
    later: [4012], wait: [1000, 1006, 1011, 4010, 4013, 4999] };
  for (const [how, list] of Object.entries(codes)) for (const code of list) assert.equal(afterClose(code), how, `${code}`);
  for (const code of [1000, 4003, 4006, 4007, 4008]) assert.equal(afterFault(code), "wait", `${code}`);
  for (const code of [4002, 4005]) assert.equal(afterFault(code), "later", `${code}`);
});

test("pauses grow to a minute, and jitter takes up to half of them", () => {
  assert.equal(pause("once", 0, 0.5), 0);
  assert.equal(pause("once", 1, 1), 2000, "who comes at once and fails again waits");
  const whole = Array.from({ length: 9 }, (_, failures) => pause("wait", failures, 1));
  assert.deepEqual(whole, [1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000, 60000]);
  assert.equal(pause("wait", 3, 0), 4000);
  assert.equal(pause("later", 0, 0), 30000);
});

test("a store in memory gives back what it was given", async () => {
  const store = new MemoryStore();
  await store.add(event("a"));
  await store.add(event("b"));
  await store.number([event("a", { seq: 1 })]);
  await store.remove(["b", "unknown"], { epoch: "e", offset: 3 });
  assert.deepEqual((await store.open()).cursor, { epoch: "e", offset: 3 });
  await store.keep([entry(1)], { epoch: "e", offset: 1 });
  await store.keep([], { epoch: "e", offset: 4 });
  assert.deepEqual(await store.open(), { queue: [event("a", { seq: 1 })], cursor: { epoch: "e", offset: 4 } });
  assert.deepEqual(store.entries, [entry(1)]);
});
