// Devices against a hub under faults at random: whatever is cut, evicted, throttled, said twice or forgotten by a crash,
// every event is in the log once and at every other device once, in order.
import assert from "node:assert/strict";
import { test } from "node:test";

import { Client } from "../src/client.ts";
import { Hub } from "./hub.mjs";
import { seeded } from "./random.mjs";

const RUNS = Number(process.env.RUNS ?? 2500);
const STEPS = 300;

/** A device: rules, a store that outlives crashes, and a wire to the hub that holds frames of both directions. */
class Device {
  constructor(id, world) {
    Object.assign(this, { id, world, made: [], stored: { queue: [], cursor: undefined, entries: [], missed: [] } });
    this.boot();
  }

  boot() {
    this.client = new Client({ queue: structuredClone(this.stored.queue), cursor: structuredClone(this.stored.cursor) });
    this.line = []; // what is to be done in order: writes to the store, frames
    this.applying = undefined;
    this.wire = undefined;
    this.on({ type: "start" });
  }

  on(input) {
    const { world } = this;
    for (const effect of this.client.on(input, world.now, world.random())) {
      if (effect.type === "connect") this.wire = { up: [], down: [], connection: undefined };
      else if (effect.type === "close") this.hangUp();
      else if (effect.type === "apply") this.applying = effect.work;
      else if (["frame", "number", "done", "rekey", "hello", "authenticate"].includes(effect.type)) this.line.push({ effect, wire: this.wire });
    }
  }

  hangUp() {
    if (this.wire?.connection) this.world.hub.disconnect(this.wire.connection);
    this.wire = undefined;
  }

  make() {
    const event = { id: `${this.id}-${this.made.length + 1}`, stream: this.world.pick(["a", "b"]), body: "x" };
    this.made.push(event.id);
    this.line.push({ add: event });
  }

  /** The next write or frame of the line. */
  act() {
    const task = this.line.shift();
    if (!task) return;
    if (task.add) {
      this.stored.queue.push({ ...task.add });
      return this.on({ type: "send", event: task.add });
    }
    if (task.work) return this.keep(task.work);
    const { effect, wire } = task;
    if (effect.type === "number") {
      for (const event of effect.events) {
        const kept = this.stored.queue.find(({ id }) => id === event.id);
        if (kept) kept.seq = event.seq;
      }
    } else if (effect.type === "done") {
      const ids = effect.events.map(({ id }) => id);
      this.stored.queue = this.stored.queue.filter(({ id }) => !ids.includes(id));
      if (effect.cursor) this.stored.cursor = effect.cursor;
    } else if (wire && wire === this.wire) {
      assert.ok(!wire.renewing, "between its request for keys and the answer a client sends nothing");
      wire.renewing = effect.type === "rekey";
      if (effect.type === "hello") wire.up.push({ type: "hello" });
      else if (effect.type === "authenticate") wire.up.push({ type: "authenticate", cursor: effect.cursor });
      else if (effect.type === "rekey") wire.up.push({ type: "rekey" });
      else wire.up.push(effect.frame);
    }
  }

  /** What was handed out is to be kept. */
  apply() {
    if (this.applying) this.line.push({ work: this.applying });
    this.applying = undefined;
  }

  keep(work) {
    if (this.world.chance(0.03)) return this.on({ type: "failed", reason: "disk" });
    if (work.type === "entries") this.stored.entries.push(...work.entries);
    if (work.type === "missed") this.stored.missed.push([work.from, work.to]);
    this.stored.cursor = work.cursor;
    this.on({ type: "applied" });
  }

  /** One frame arrives at the hub. */
  up() {
    const { wire } = this;
    const frame = wire?.up.shift();
    if (!frame) return;
    const send = (down) => {
      wire.down.push(down);
      if (["deliver", "ack"].includes(down.type) && this.world.chance(0.05)) wire.down.push(down); // said twice
    };
    const close = (code) => wire.down.push({ close: code });
    if (frame.type === "hello") wire.down.push({ type: "hello" });
    else if (frame.type === "authenticate") {
      this.begins = frame.cursor ? this.begins : this.world.hub.end;
      wire.connection = this.world.hub.connect(this.id, frame.cursor, send, close);
    } else if (frame.type === "rekey") send({ type: "rekeyed" });
    else {
      this.world.hub.up(wire.connection, frame);
      if (this.world.chance(0.03)) send({ type: "expiring", at: 0, events_left: 100 });
    }
  }

  /** One frame arrives at the device. */
  down() {
    const { wire } = this;
    const frame = wire?.down.shift();
    if (!frame) return;
    if (frame.close) {
      this.hangUp();
      this.on({ type: "closed", code: frame.close, reason: "" });
    } else if (frame.type === "hello") this.on({ type: "greeted" });
    else {
      if (frame.type === "rekeyed") wire.renewing = false;
      this.on({ type: "frame", frame });
    }
  }

  open() {
    if (this.client.phase === "greeting" && this.wire && !this.wire.opened) {
      this.wire.opened = true;
      this.on({ type: "opened" });
    }
  }

  cut(code) {
    if (!this.wire) return;
    this.hangUp();
    this.on({ type: "closed", code, reason: "" });
  }

  /** The process ends and is started again: what was not in the store is forgotten. */
  crash() {
    const lost = this.line.filter((task) => task.add).map((task) => task.add.id);
    this.made = this.made.filter((id) => !lost.includes(id));
    this.hangUp();
    this.boot();
  }
}

function run(seed) {
  const random = seeded(seed);
  const chance = (share) => random() < share;
  const pick = (list) => list[Math.floor(random() * list.length)];
  const world = { random, chance, pick, now: 0 };
  world.hub = new Hub({ window: 1 + Math.floor(random() * 6) });
  world.hub.throttle = () => (chance(world.calm ? 0 : 0.05) ? 1 + Math.floor(random() * 2000) : 0);
  const devices = ["A", "B", "C"].slice(0, 2 + (seed % 2)).map((id) => new Device(id, world));
  const tick = (ms) => {
    world.now += ms;
    for (const device of devices) if (world.now >= device.client.deadline) device.on({ type: "tick" });
  };

  const steps = [
    [6, (device) => device.make()],
    [10, (device) => device.act()],
    [8, (device) => device.up()],
    [8, (device) => device.down()],
    [5, (device) => device.apply()],
    [4, (device) => device.open()],
    [0.4, (device) => device.cut(pick([1001, 1006, 4004, 4010, 4011, 4012, 4013]))],
    [0.2, (device) => device.crash()],
    [0.1, () => [...world.hub.connections].forEach((connection) => world.hub.refuse(connection, 1001))],
    [2, () => tick(Math.floor(random() * 3000))],
    [0.5, () => world.hub.system({ changed: true })],
    [0.1, () => world.hub.forget(Math.floor(random() * (world.hub.end + 1)))],
    [1, (device) => device.on({ type: "typing", stream: "a" })],
    [0.5, (device) => device.on({ type: "presence", state: pick(["active", "idle"]) })],
  ];
  const total = steps.reduce((sum, [weight]) => sum + weight, 0);
  const all = [];
  const step = () => {
    let at = random() * total;
    const [, act] = steps.find(([weight]) => (at -= weight) < 0);
    for (let device = pick(devices), count = 1 + Math.floor(random() * 3); count > 0; count -= 1) act(device);
    for (const entry of world.hub.log) if (entry.offset > all.length) all.push(entry);
  };
  for (let count = 0; count < STEPS; count += 1) step();

  // Everything heals: all comes to rest.
  world.calm = true;
  for (let turn = 0; turn < 2000; turn += 1) {
    for (const device of devices) {
      for (const act of ["act", "open", "up", "down", "apply"]) device[act]();
    }
    if (turn % 20 === 19) tick(5000);
    for (const entry of world.hub.log) if (entry.offset > all.length) all.push(entry);
    const quiet = devices.every(
      ({ client, line, wire, applying, stored }) =>
        client.phase === "open" && client.queued === 0 && line.length === 0 && !applying && stored.queue.length === 0 &&
        wire.up.length === 0 && wire.down.length === 0 && wire.connection.sent === world.hub.end,
    );
    if (quiet && turn > 20) break;
  }

  for (const device of devices) {
    const { stored, made, client, id } = device;
    assert.equal(client.phase, "open");
    assert.equal(client.queued, 0, `${id} keeps events back`);
    const logged = all.filter((entry) => entry.device === id).map((entry) => entry.id);
    assert.deepEqual(logged, made, `the log has what ${id} made, once and in order`);
    const missed = (offset) => stored.missed.some(([from, to]) => from <= offset && offset <= to);
    const others = all.filter((entry) => entry.device !== id && entry.offset > device.begins);
    const got = stored.entries.map(({ offset }) => offset);
    assert.deepEqual(got, [...new Set(got)].sort((a, b) => a - b), `${id} has everything once and in order`);
    const held = new Set(got);
    for (const { offset } of others) assert.ok(held.has(offset) || missed(offset), `${id} lacks ${offset}`);
    assert.equal(got.length, others.filter(({ offset }) => held.has(offset)).length, `${id} has only what others made`);
  }
  return { events: all.length, kept: devices.reduce((sum, { stored }) => sum + stored.entries.length, 0) };
}

test("whatever is cut, crashed, throttled or said twice, devices have every event once and in order", () => {
  const first = process.env.SEED === undefined ? 1 : Number(process.env.SEED);
  const runs = process.env.SEED === undefined ? RUNS : 1;
  let events = 0;
  let kept = 0;
  for (let seed = first; seed < first + runs; seed += 1) {
    try {
      const counts = run(seed);
      events += counts.events;
      kept += counts.kept;
    } catch (error) {
      throw new Error(`SEED=${seed} repeats it`, { cause: error });
    }
  }
  assert.ok(process.env.SEED !== undefined || (events > runs * 4 && kept > runs * 4), "the runs did next to nothing");
  console.log(`${runs} runs, ${events} events, ${kept} deliveries kept`);
});
