// The whole client over sockets that are cut at random, with all of its cryptography: seeds, so that a run can be repeated.
import assert from "node:assert/strict";
import { test } from "node:test";

import { connect, MemoryStore } from "../src/index.ts";
import { makeKeys } from "../src/devices.ts";
import { Hub } from "./hub.mjs";
import { seeded } from "./random.mjs";
import { Clock, Server, until } from "./server.mjs";

const ACCOUNT = "0197f7a0-0000-7000-8000-000000000001";
const device = (at) => `0197f7a0-0000-7000-8000-0000000000d${at}`;

async function party(count, hub = new Hub()) {
  const server = await new Server(hub).begin();
  const clock = new Clock();
  const members = [];
  for (let at = 0; at < count; at += 1) {
    const keys = await makeKeys();
    await server.add(device(at), keys);
    members.push({ at, keys, store: new MemoryStore(), got: [], states: [], missed: [], resyncs: [], sent: [] });
  }
  const enter = async (member, random = () => 0.5, more = {}) => {
    const options = {
      url: "http://127.0.0.1:8787",
      account: ACCOUNT,
      device: device(member.at),
      keys: member.keys,
      serverKeys: [server.pinned],
      store: member.store,
      onEvent: ({ offset, body }) => void member.got.push([offset, body]),
      onState: (state) => void member.states.push(state),
      onMissed: (range) => void member.missed.push(range),
      onResync: () => void member.resyncs.push(member.got.length),
      ...more,
    };
    member.relay = await connect(options, { ...clock.platform, random, WebSocket: server.socket() });
  };
  return { server, hub, clock, members, enter };
}
const cut = (server, code) => server.sessions.filter(({ open }) => open).forEach((session) => session.close(code));

test("sockets that are cut at random, processes that end, and everything is everywhere once", async () => {
  for (const seed of [1, 2, 3]) {
    const random = seeded(seed);
    const { server, hub, clock, members, enter } = await party(3);
    hub.throttle = () => (random() < 0.05 ? 500 : 0);
    for (const member of members) await enter(member, random);
    await until(() => members.every(({ relay }) => relay.cursor !== undefined)); // each begins at the empty log
    for (let step = 0; step < 120; step += 1) {
      const member = members[Math.floor(random() * members.length)];
      const chance = random();
      if (chance < 0.6) {
        member.sent.push(`${member.at}:${step}`);
        await member.relay.send("a", `${member.at}:${step}`);
      } else if (chance < 0.68) {
        const open = server.sessions.filter((session) => session.open);
        open[Math.floor(random() * open.length)]?.close([1001, 1006, 4011, 4013][Math.floor(random() * 4)]);
      } else if (chance < 0.72) {
        await member.relay.close();
        await enter(member, random);
      } else if (chance < 0.9) clock.advance(Math.floor(random() * 2000));
      else await new Promise(setImmediate);
    }
    hub.throttle = () => 0;
    const others = ({ at }) => hub.log.filter((entry) => entry.device !== device(at)).map(({ offset, body }) => [offset, body]);
    const whole = () => members.every((member) => member.relay.queued === 0 && member.got.length >= others(member).length);
    await until(whole, clock, 1000);
    for (const member of members) {
      assert.deepEqual(member.got, others(member), `seed ${seed}, device ${member.at}`);
      const kept = hub.log.filter((entry) => entry.device === device(member.at)).map(({ body }) => body);
      assert.deepEqual(kept, member.sent, `seed ${seed}: what ${member.at} sent`);
      await member.relay.close();
    }
  }
});

test("events sent without a network are sent when it is there, and survive the process", async () => {
  const { server, hub, clock, members: [member], enter } = await party(1);
  server.versions = []; // nobody is let in
  await enter(member);
  for (let at = 0; at < 150; at += 1) await member.relay.send("a", `${at}`);
  assert.equal(member.relay.queued, 150);
  await until(() => member.states.at(-1)?.phase === "ended");
  await member.relay.close();
  server.versions = [1];
  await enter(member);
  await until(() => member.relay.queued === 0, clock, 100);
  assert.deepEqual(hub.log.map(({ body }) => Number(body)), Array.from({ length: 150 }, (_, at) => at));
});

test("after a cut the client comes again by itself, once for each cut", async () => {
  const { server, clock, members: [member], enter } = await party(1);
  await enter(member);
  await until(() => member.states.at(-1)?.phase === "open");
  cut(server, 1006);
  await until(() => member.states.at(-1)?.phase === "waiting");
  assert.equal(server.sessions.length, 1);
  clock.advance(749);
  assert.equal(server.sessions.length, 1, "not before its time");
  clock.advance(1);
  await until(() => member.states.at(-1)?.phase === "open");
  assert.equal(server.sessions.length, 2);
  await member.relay.close();
  clock.advance(100_000);
  assert.equal(server.sessions.length, 2, "who closed does not come again");
  assert.equal(clock.timers.size, 0);
});

test("retention and a restored log are told before the entries that follow", async () => {
  const { hub, members, enter } = await party(2);
  const [one, other] = members;
  await enter(one);
  await enter(other);
  await until(() => other.relay.cursor !== undefined);
  await one.relay.send("a", "1");
  await until(() => other.got.length === 1);
  await other.relay.close();
  for (const body of ["2", "3"]) await one.relay.send("a", body);
  await until(() => hub.end === 3);
  hub.forget(2);
  await enter(other);
  await until(() => other.got.length === 2);
  assert.deepEqual(other.missed, [{ from: 2, to: 2 }]);
  assert.deepEqual(other.got.at(-1), [3, "3"]);
  await other.relay.close();

  hub.epoch = "BBBBBBBBBBBBBBBBBBBBBA";
  await enter(other);
  await until(() => other.resyncs.length === 1);
  await one.relay.send("a", "4");
  await until(() => other.got.length === 3);
  assert.deepEqual(other.relay.cursor, { epoch: hub.epoch, offset: 4 });
});

test("a device begins at the end of the log that it meets first", async () => {
  const { hub, members, enter } = await party(2);
  const [one, other] = members;
  await enter(one);
  await one.relay.send("a", "before");
  await until(() => hub.end === 1);
  await enter(other);
  await until(() => other.relay.cursor !== undefined);
  await other.relay.close();
  await one.relay.send("a", "after");
  await until(() => hub.end === 2);
  await enter(other);
  await until(() => other.got.length === 1);
  assert.deepEqual(other.got, [[2, "after"]]);
});

test("an entry that cannot be kept is not told, and comes again", async () => {
  const { hub, clock, members: [member], enter } = await party(1);
  let full = false;
  const { store } = member;
  const keep = store.keep.bind(store);
  store.keep = async (...kept) => {
    if (full) throw new Error(`the disk is full ${"–".repeat(200)}`);
    return keep(...kept);
  };
  await enter(member);
  await until(() => member.relay.cursor !== undefined);
  full = true;
  hub.system({ changed: "board" });
  await until(() => member.states.some(({ reason }) => reason?.includes("the disk is full")));
  assert.deepEqual(member.got, []);
  full = false;
  await until(() => member.got.length === 1, clock, 1000);
  assert.deepEqual(JSON.parse(member.got[0][1]), { changed: "board" });
  assert.equal(store.entries.length, 1);
});

test("an event that cannot be kept is not sent, and the sender learns it", async () => {
  const { hub, members: [member], enter } = await party(1);
  await enter(member);
  member.store.add = async () => {
    throw new Error("the disk is full");
  };
  await assert.rejects(member.relay.send("a", "1"), /full/);
  assert.equal(member.relay.queued, 0);
  assert.equal(hub.end, 0);
});

test("what the hub would refuse is refused at once", async () => {
  const { members: [member], enter } = await party(1);
  await enter(member);
  const { relay } = member;
  for (const stream of ["", "system", "A", "a b", "x".repeat(65)]) await assert.rejects(relay.send(stream, ""), RangeError, stream);
  await assert.rejects(relay.send("a", "ä".repeat(24_577)), /48 KiB/);
  await assert.rejects(relay.send("a", '"'.repeat(40_000)), /frame/, "escaped it is too long for a frame");
  await assert.rejects(relay.send("a", "\ud800"), /well-formed/);
  await assert.rejects(relay.send("a", "x", { ttl: Number.NaN }), RangeError);
  await relay.send("a", "ä".repeat(24_576), { ttl: 1000 });
  assert.equal(relay.queued, 1);
});

test("an event that expired on its way is acknowledged as such", async () => {
  let now = Date.now();
  const { server, members: [member], enter } = await party(1, new Hub({ clock: () => now }));
  const acknowledged = [];
  await enter(member, undefined, { onAcknowledged: (events) => acknowledged.push(...events) });
  await until(() => member.states.at(-1)?.phase === "open");
  now += 10 * 60_000;
  await member.relay.send("a", "late", { ttl: 1000 });
  await until(() => acknowledged.length === 1);
  assert.equal(acknowledged[0].expired, true);
  assert.equal(server.hub.end, 0);
});

test("a store that fails while an event goes out costs the connection, not the event", async () => {
  const { hub, clock, members: [member], enter } = await party(1);
  let faults = 2;
  for (const name of ["number", "remove"]) {
    const works = member.store[name].bind(member.store);
    member.store[name] = async (...given) => {
      if (faults-- > 0) throw new Error("the disk is full");
      return works(...given);
    };
  }
  await enter(member);
  await until(() => member.relay.cursor !== undefined);
  await member.relay.send("a", "1");
  await until(() => member.relay.queued === 0, clock, 1000);
  assert.deepEqual(hub.log.map(({ body }) => body), ["1"]);
  assert.ok(member.states.some(({ phase, reason }) => phase === "waiting" && reason?.includes("the disk is full")));
});

test("a listener that throws is the application's fault, and stops nothing", async (t) => {
  const { hub, members: [member], enter } = await party(1);
  const thrown = [];
  const later = globalThis.queueMicrotask;
  t.mock.method(globalThis, "queueMicrotask", (task) => later(() => {
    try {
      task();
    } catch (error) {
      thrown.push(error.message);
    }
  }));
  const got = [];
  const onEvent = ({ offset }) => {
    got.push(offset);
    throw new Error(`listener ${offset}`);
  };
  const failing = (name) => () => {
    throw new Error(name);
  };
  const [onState, onAcknowledged] = [failing("state"), failing("acknowledged")];
  await enter(member, undefined, { onEvent, onState, onAcknowledged });
  await until(() => member.relay.cursor !== undefined);
  for (const change of [1, 2]) hub.system({ change });
  await until(() => member.relay.cursor.offset === 2);
  await member.relay.send("a", "3");
  await until(() => thrown.includes("acknowledged"));
  assert.deepEqual(got, [1, 2]);
  assert.deepEqual(thrown, ["state", "state", "state", "listener 1", "listener 2", "acknowledged"]);
  await until(() => member.relay.cursor.offset === 3);
  assert.deepEqual((await member.store.open()).queue, []);
});

test("what cannot be of a device or a server is refused before anything is opened", async () => {
  const { members: [member], enter, server } = await party(1);
  for (const wrong of [{ account: "ada" }, { device: "laptop" }, { serverKeys: ["AAAA"] }])
    await assert.rejects(enter(member, undefined, wrong), RangeError);
  assert.equal(server.sessions.length, 0);
  await enter(member);
  assert.throws(() => member.relay.typing("system"), RangeError);
});
