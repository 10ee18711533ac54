// The client's rules, one after another: inputs and a time go in, effects are looked at.
import assert from "node:assert/strict";
import { test } from "node:test";

import { Client, HANDSHAKE, PATIENCE, STABLE } from "../src/client.ts";

const EPOCH = "AAAAAAAAAAAAAAAAAAAAAA";
const established = (more = {}) => ({ type: "established", session: "s", epoch: EPOCH, acknowledged: 0, offset: 0,
  expires_at: 1, window: 8, limits: {}, ...more });
const entry = (offset) => ({ offset, class: "private", stream: "notes", stream_seq: offset, id: `e${offset}`, at: 0, body: "" });
const event = (id) => ({ id, stream: "notes", body: "b" });

/** A client with its clock. `on` gives the effects as `type` or `type:detail`. */
class Run {
  constructor(kept = { queue: [], cursor: { epoch: EPOCH, offset: 0 } }) {
    this.client = new Client(kept);
    this.now = 1000;
  }

  raw(input) {
    return this.client.on(input, this.now, 0.5);
  }

  on(input) {
    return this.raw(input).map((effect) => {
      if (effect.type === "frame") return `frame:${effect.frame.type}`;
      if (effect.type === "close") return `close:${effect.code}`;
      if (effect.type === "state") return `state:${effect.state.phase}`;
      return effect.type;
    });
  }

  frame(frame) {
    return this.on({ type: "frame", frame });
  }

  open(more) {
    for (const type of ["start", "opened", "greeted"]) this.raw({ type });
    return this.frame(established(more));
  }

  /** Lets time pass to the next deadline. */
  wait() {
    this.now = this.client.deadline;
    return this.on({ type: "tick" });
  }
}

test("a connection goes from greeting over proving to open", () => {
  const run = new Run({ queue: [], cursor: { epoch: EPOCH, offset: 7 } });
  assert.deepEqual(run.on({ type: "start" }), ["connect", "state:greeting"]);
  assert.deepEqual(run.on({ type: "opened" }), ["hello"]);
  const [authenticate, state] = run.raw({ type: "greeted" });
  assert.deepEqual(authenticate, { type: "authenticate", cursor: { epoch: EPOCH, offset: 7 } });
  assert.equal(state.state.phase, "proving");
  assert.deepEqual(run.frame(established()), ["state:open"]);
  assert.equal(run.client.deadline, undefined, "an open connection at rest waits for nothing");
  assert.deepEqual(run.on({ type: "start" }), []);
});

test("who does not answer in a handshake is left, and met again after a pause", () => {
  const run = new Run();
  run.on({ type: "start" });
  assert.equal(run.client.deadline, 1000 + HANDSHAKE);
  assert.deepEqual(run.wait(), ["close:4008", "state:waiting"]);
  assert.deepEqual(run.wait(), ["connect", "state:greeting"]);
  run.on({ type: "greeted" });
  assert.deepEqual(run.wait(), ["close:4008", "state:waiting"]);
});

test("frames out of their turn end the connection", () => {
  const early = new Run();
  for (const type of ["start", "opened", "greeted"]) early.raw({ type });
  assert.deepEqual(early.frame({ type: "deliver", entries: [entry(1)] }), ["close:4006", "state:waiting"]);
  for (const frame of [established(), { type: "rekeyed" }, { type: "ack", seq: 1 }, { type: "gap", expected: 2 }]) {
    const run = new Run();
    run.open();
    assert.deepEqual(run.frame(frame), ["close:4006", "state:waiting"], frame.type);
  }
});

test("the pause doubles while connections come to nothing, and begins anew after one that held", () => {
  const run = new Run();
  run.on({ type: "start" });
  const pauses = [];
  for (let count = 0; count < 8; count += 1) {
    const [{ state }] = run.raw({ type: "closed", code: 1006, reason: "" });
    pauses.push(state.retry_ms);
    run.wait();
  }
  assert.deepEqual(pauses, [750, 1500, 3000, 6000, 12000, 24000, 45000, 45000]);
  run.on({ type: "greeted" });
  run.frame(established());
  run.now += STABLE;
  assert.equal(run.raw({ type: "closed", code: 1006, reason: "" })[0].state.retry_ms, 750);
});

test("after a deployment the client comes again at once, but not over and over", () => {
  const run = new Run();
  run.open();
  assert.equal(run.raw({ type: "closed", code: 1001, reason: "" })[0].state.retry_ms, 0);
  assert.deepEqual(run.wait(), ["connect", "state:greeting"]);
  assert.equal(run.raw({ type: "closed", code: 1001, reason: "" })[0].state.retry_ms, 1500);
  assert.deepEqual(run.on({ type: "wake" }), ["connect", "state:greeting"], "the network is back");
});

test("a device that was revoked does not come again until it is told to", () => {
  for (const code of [4000, 4001, 4002, 4003, 4005, 4006, 4007, 4009]) {
    const run = new Run();
    run.open();
    const [{ state }] = run.raw({ type: "closed", code, reason: "why" });
    assert.deepEqual(state, { phase: "ended", code, reason: "why" });
    assert.equal(run.client.deadline, undefined);
    assert.deepEqual(run.on({ type: "wake" }), []);
    assert.deepEqual(run.on({ type: "start" }), ["connect", "state:greeting"]);
  }
});

test("events made offline go out in order once the connection is open, each kept with its place first", () => {
  const run = new Run({ queue: [{ ...event("a"), seq: 3 }, event("b")], cursor: { epoch: EPOCH, offset: 0 } });
  run.on({ type: "send", event: event("c") });
  for (const type of ["start", "opened", "greeted"]) run.raw({ type });
  const effects = run.raw({ type: "frame", frame: established({ acknowledged: 2 }) });
  assert.deepEqual(effects.map(({ type }) => type), ["state", "number", "frame"]);
  assert.deepEqual(effects[1].events.map(({ id, seq }) => [id, seq]), [["b", 4], ["c", 5]]);
  assert.deepEqual(effects[2].frame.events.map(({ id, seq }) => [id, seq]), [["a", 3], ["b", 4], ["c", 5]]);
});

test("what the hub had kept before the connection broke is not sent again", () => {
  const run = new Run();
  run.open();
  for (const id of ["a", "b"]) run.on({ type: "send", event: event(id) });
  run.on({ type: "closed", code: 1001, reason: "" });
  run.wait();
  run.on({ type: "greeted" });
  const effects = run.raw({ type: "frame", frame: established({ acknowledged: 1 }) });
  assert.deepEqual(effects.map(({ type }) => type), ["done", "state", "frame"]);
  assert.deepEqual(effects[0].events.map(({ id }) => id), ["a"]);
  assert.deepEqual(effects[2].frame, { type: "event", ...event("b"), seq: 2 });
});

test("a gap is filled at once from the place that is expected", () => {
  const run = new Run();
  run.open();
  for (const id of ["a", "b", "c"]) run.on({ type: "send", event: event(id) });
  const effects = run.raw({ type: "frame", frame: { type: "gap", expected: 2 } });
  assert.deepEqual(effects.map(({ type }) => type), ["done", "frame"]);
  assert.deepEqual(effects[1].frame.events.map(({ seq }) => seq), [2, 3]);
});

test("who is throttled waits as long as it is told, then sends from the first that was not kept", () => {
  const run = new Run();
  run.open();
  run.on({ type: "send", event: event("a") });
  run.on({ type: "send", event: event("b") });
  assert.deepEqual(run.frame({ type: "throttled", retry_ms: 400 }), []);
  assert.deepEqual(run.on({ type: "send", event: event("c") }), []);
  assert.equal(run.client.deadline, 1400);
  run.now = 1399;
  assert.deepEqual(run.on({ type: "tick" }), []);
  run.now = 1400;
  const effects = run.raw({ type: "tick" });
  assert.deepEqual(effects.at(-1).frame.events.map(({ seq }) => seq), [1, 2, 3]);
});

test("a hub that is silent about events in flight is taken for dead", () => {
  const run = new Run();
  run.open();
  run.on({ type: "send", event: event("a") });
  assert.equal(run.client.deadline, 1000 + PATIENCE);
  run.now += PATIENCE - 1;
  run.frame({ type: "presence", device: "d", state: "active", last_seen: 1 });
  assert.equal(run.client.deadline, 1000 + PATIENCE - 1 + PATIENCE, "it was heard of");
  assert.deepEqual(run.wait(), ["close:4008", "state:waiting"]);
  assert.equal(run.client.queued, 1);
});

test("a hub that had nothing to say before is given its time from the moment of sending", () => {
  const run = new Run();
  run.open();
  run.now += 10 * PATIENCE;
  run.on({ type: "send", event: event("a") });
  assert.equal(run.client.deadline, run.now + PATIENCE);
});

test("a pause ends with its connection, and is a minute at most", () => {
  const run = new Run();
  run.open();
  run.on({ type: "send", event: event("a") });
  run.frame({ type: "throttled", retry_ms: 3_600_000 });
  assert.equal(run.client.deadline, 1000 + 60_000);
  run.on({ type: "closed", code: 1001, reason: "" });
  run.wait();
  run.on({ type: "greeted" });
  assert.deepEqual(run.frame(established()), ["state:open", "frame:event"]);
});

test("own events move the cursor, which is kept as they leave the queue", () => {
  const run = new Run({ queue: [], cursor: { epoch: EPOCH, offset: 4 } });
  run.open();
  run.on({ type: "send", event: event("a") });
  const [done] = run.raw({ type: "frame", frame: { type: "ack", seq: 1, offset: 5, stream_seq: 1, reached: 6 } });
  assert.deepEqual(done.cursor, { epoch: EPOCH, offset: 6 });
  assert.deepEqual(run.frame({ type: "deliver", entries: [entry(6)] }), [], "that was before");
  run.frame({ type: "deliver", entries: [entry(7)] });
  run.on({ type: "send", event: event("b") });
  const [later] = run.raw({ type: "frame", frame: { type: "ack", seq: 2, offset: 8, stream_seq: 2, reached: 8 } });
  assert.equal(later.cursor, undefined, "7 is not kept yet");
  assert.deepEqual(run.raw({ type: "applied" })[0].frame, { type: "received", offset: 7 });
});

test("a device that has never been there keeps at once where it begins", () => {
  const run = new Run({ queue: [] });
  for (const type of ["start", "opened", "greeted"]) run.raw({ type });
  const effects = run.raw({ type: "frame", frame: established({ offset: 57 }) });
  assert.deepEqual(effects.at(-1), { type: "apply", work: { type: "begun", cursor: { epoch: EPOCH, offset: 57 } } });
  assert.deepEqual(run.on({ type: "applied" }), []);
  run.on({ type: "closed", code: 1001, reason: "" });
  run.wait();
  assert.deepEqual(run.raw({ type: "greeted" })[0].cursor, { epoch: EPOCH, offset: 57 });
});

test("an acknowledgement lets further events into flight", () => {
  const run = new Run();
  run.open();
  for (let at = 0; at < 150; at += 1) run.on({ type: "send", event: event(`e${at}`) });
  assert.deepEqual(run.frame({ type: "ack", seq: 40, offset: 40, stream_seq: 40 }), ["done", "number", "frame:events"]);
  assert.deepEqual(run.frame({ type: "ack", seq: 30 }), [], "an older one changes nothing");
  assert.equal(run.client.queued, 110);
});

test("what was received is confirmed once it is kept", () => {
  const run = new Run();
  run.open();
  assert.deepEqual(run.frame({ type: "deliver", entries: [entry(1), entry(3)] }), ["apply"]);
  assert.deepEqual(run.frame({ type: "deliver", entries: [entry(4)] }), []);
  const effects = run.raw({ type: "applied" });
  assert.equal(effects[0].type, "apply");
  assert.deepEqual(effects[1].frame, { type: "received", offset: 3 });
  assert.deepEqual(run.client.cursor, { epoch: EPOCH, offset: 3 });
});

test("what could not be kept is asked for again over a new connection", () => {
  const run = new Run();
  run.open();
  run.frame({ type: "deliver", entries: [entry(1)] });
  assert.deepEqual(run.on({ type: "failed", reason: "disk" }), ["close:1000", "state:waiting"]);
  run.wait();
  assert.deepEqual(run.raw({ type: "greeted" })[0], { type: "authenticate", cursor: { epoch: EPOCH, offset: 0 } });
});

test("gaps of retention and another log are told in their order", () => {
  const run = new Run({ queue: [], cursor: { epoch: EPOCH, offset: 4 } });
  run.open({ epoch: "BBBBBBBBBBBBBBBBBBBBBA" });
  const [{ work }] = run.raw({ type: "frame", frame: { type: "resync", epoch: "BBBBBBBBBBBBBBBBBBBBBA", offset: 2 } });
  assert.equal(work.type, "resync");
  run.frame({ type: "missed", from: 3, to: 5 });
  run.frame({ type: "deliver", entries: [entry(6)] });
  assert.deepEqual(run.raw({ type: "applied" })[0].work, { type: "missed", from: 3, to: 5, cursor: { epoch: "BBBBBBBBBBBBBBBBBBBBBA", offset: 5 } });
  assert.deepEqual(run.raw({ type: "applied" })[0].work.entries, [entry(6)]);

  const foreign = new Run({ queue: [], cursor: { epoch: EPOCH, offset: 4 } });
  foreign.open({ epoch: "BBBBBBBBBBBBBBBBBBBBBA" });
  assert.deepEqual(foreign.frame({ type: "deliver", entries: [entry(5)] }), ["close:4006", "state:waiting"]);
});

test("while keys are renewed nothing is sent, and everything after", () => {
  const run = new Run();
  run.open();
  assert.deepEqual(run.frame({ type: "expiring", at: 5, events_left: 100 }), ["rekey"]);
  assert.deepEqual(run.frame({ type: "expiring", at: 5, events_left: 99 }), [], "once");
  assert.deepEqual(run.on({ type: "send", event: event("a") }), []);
  run.frame({ type: "deliver", entries: [entry(1)] });
  assert.deepEqual(run.on({ type: "applied" }), []);
  assert.deepEqual(run.on({ type: "presence", state: "idle" }), []);
  assert.deepEqual(run.on({ type: "typing", stream: "notes" }), []);
  assert.deepEqual(run.frame({ type: "rekeyed" }), ["frame:received", "frame:presence", "number", "frame:event"]);
  run.frame({ type: "ack", seq: 1, offset: 2, stream_seq: 1 });
  run.frame({ type: "expiring", at: 5, events_left: 9 });
  assert.deepEqual(run.wait(), ["close:4008", "state:waiting"], "a hub that never answers");
});

test("presence is said once a second at most, the last one counts, and it is said again after a break", () => {
  const run = new Run();
  run.open();
  assert.deepEqual(run.on({ type: "presence", state: "idle" }), ["frame:presence"]);
  assert.deepEqual(run.on({ type: "presence", state: "active" }), []);
  assert.deepEqual(run.on({ type: "presence", state: "idle" }), []);
  run.now = run.client.deadline;
  assert.deepEqual(run.raw({ type: "tick" })[0].frame, { type: "presence", state: "idle" });
  assert.deepEqual(run.on({ type: "typing", stream: "notes" }), ["frame:typing"]);
  assert.deepEqual(run.on({ type: "typing", stream: "notes" }), []);
  run.now += 5000;
  run.on({ type: "closed", code: 1001, reason: "" });
  run.wait();
  run.on({ type: "greeted" });
  assert.deepEqual(run.frame(established()), ["state:open", "frame:presence"]);
});

test("slow and the presence of others are told to the application", () => {
  const run = new Run();
  run.open();
  assert.deepEqual(run.raw({ type: "frame", frame: { type: "slow" } })[0].state, { phase: "open", slow: true });
  const presence = { device: "d", state: "offline", last_seen: 3 };
  assert.deepEqual(run.raw({ type: "frame", frame: { type: "presence", ...presence } }), [{ type: "presence", presence }]);
  assert.deepEqual(run.raw({ type: "frame", frame: { type: "typing", device: "d", stream: "a" } }), [{ type: "typing", device: "d", stream: "a" }]);
});

test("who stops closes its connection and starts again with what was not acknowledged", () => {
  const run = new Run();
  run.open();
  run.on({ type: "send", event: event("a") });
  assert.deepEqual(run.on({ type: "stop" }), ["close:1000", "state:offline"]);
  assert.equal(run.client.deadline, undefined);
  assert.deepEqual(run.on({ type: "closed", code: 1006, reason: "" }), []);
  assert.ok(run.open().includes("frame:event"));
});
