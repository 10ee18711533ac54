// A remote engine with every fault there is, before the built Worker: an answer every time, marked for what it is, and
// nothing wrong in the cache. What the engine answers comes from a Worker that has none.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { startEngine } from "../engine/engine.mjs";
import { Client, account } from "./client.mjs";
import { administrator } from "./mailbox.mjs";
import { GENEROUS, secret, start } from "./worker.mjs";

const DEADLINE = 1_500;
const JWT_SECRET = secret();
const ENGINE_SECRET = secret();
const BREAKER = "/api/v1/admin/engines/biorhythm/breaker";

let calculator;
let engine;
let user;
let day = 0;
const running = [];

before(async () => {
  calculator = await start({ secrets: { JWT_SECRET } });
  // A token of one Worker is good in another with the same secret.
  user = await account(calculator.url);
  engine = await startEngine({ secret: ENGINE_SECRET });
});
after(async () => {
  await Promise.all([...running, calculator].map((worker) => worker?.close()));
  await engine?.close();
});

/** A Worker with the remote engine, which does these deeds from now on. */
async function begin(deeds, options = {}) {
  const vars = { ...GENEROUS, ENGINE_URL: engine.url, ENGINE_DEADLINE_MS: String(DEADLINE) };
  const worker = await start({ vars, secrets: { JWT_SECRET, ENGINE_SECRET }, ...options });
  running.push(worker);
  engine.does(...deeds);
  return worker;
}

/** A question that was not asked before. */
function question() {
  day += 1;
  const target_date = new Date(Date.UTC(2026, 0, day)).toISOString().slice(0, 10);
  return { birth_date: "1990-04-12", target_date };
}

const calculate = (client, input, name = "biorhythm") => client.post(`/api/v1/engines/${name}/calculate`, input, 200);

/** What is true, by the Worker that has no remote engine. From now on the engine knows it too. */
async function right(input, name) {
  const { body } = await calculate(user, input, name);
  engine.teach(body);
  return body;
}

/** Asks a Worker; how often the engine was asked meanwhile, and how long the Worker waited for it. */
async function ask(url, input = question()) {
  const [before, expected] = [engine.asked.length, await right(input)];
  const { body, headers } = await calculate(new Client(url, user.token), input);
  assert.deepEqual(body.result, expected.result, "whatever the source, the result is right");
  assert.deepEqual([body.input_hash, body.title, body.summary], [expected.input_hash, expected.title, expected.summary]);
  const waited = Number(/upstream;dur=(\d+)/.exec(headers["server-timing"])?.[1] ?? 0);
  return { source: body.source, degraded: body.degraded, calls: engine.asked.length - before, waited };
}

/** The words of the log for why the engine gave nothing. */
const words = (worker) => {
  const lines = worker.logs().filter(({ message }) => message.startsWith("{"));
  return lines.map(({ message }) => JSON.parse(message).metadata?.engine).filter(Boolean);
};

test("every engine is asked of the remote one, and what it answers is kept", async () => {
  const worker = await begin(["well"]);
  const client = new Client(worker.url, user.token);
  const inputs = {
    biorhythm: question(),
    iching: { question: "What does this project need?", method: "coins", seed: "a seed" },
    numerology: { full_name: "Ada Example", birth_date: "1990-04-12", current_year: 2026 },
    tarot: { spread: "three_card", seed: "a seed" },
  };
  for (const [name, input] of Object.entries(inputs)) {
    const { source: _, ...expected } = await right(input, name);
    const { source, ...first } = (await calculate(client, input, name)).body;
    assert.deepEqual([source, first], ["remote", expected], name);
    const { source: place, ...kept } = (await calculate(client, input, name)).body;
    assert.deepEqual([place, kept], ["cache", expected], name);
  }
  assert.equal(engine.asked.filter(({ engine: name }) => name === "tarot").length, 1, "found again, not asked again");
  assert.deepEqual(engine.wrong, []);
});

// fault -> what the engine does, the log's words for it, and the most calls that are made of it. In tests the way out of
// workerd leads through a proxy: what breaks behind it arrives as a status or as silence, and redirects end there.
const FAULTS = [
  ["hangs", ["hang"], "late", 2],
  ["breaks the connection", ["reset"], "unreachable status", 3],
  ["answers 500", [["status", 500]], "status", 3],
  ["is busy for long", [["status", 429, { "retry-after": "60" }]], "busy", 1],
  ["is busy without a word", [["status", 429]], "busy", 3],
  ["answers garbage", ["garbage"], "unreadable", 3],
  ["breaks off in the middle", ["half"], "unreachable late", 3],
  ["ends in the middle", ["half as if whole"], "unreadable", 3],
  ["answers another question", [["changed", { input_hash: "0".repeat(64) }]], "other", 1],
  ["answers with another version", [["changed", { engine_version: "9.9.9" }]], "other", 1],
  ["answers with a result of another form", [["changed", { result: { title: "Wrong" } }]], "malformed", 1],
  ["answers too much", ["large"], "large", 1],
  ["sends us elsewhere", [["status", 302, { location: "http://127.0.0.1:1/" }]], "refused status", 3],
  ["refuses our token", [["status", 401]], "refused", 1],
  ["does not serve this", [["status", 404]], "declined", 1],
];

// One Worker for all of them, and another on the same stores, whose breaker is told to count nothing.
let broken;
async function unguarded() {
  if (!broken) {
    broken = await begin(["well"], { beside: true });
    const admin = await administrator(broken);
    await admin.put(BREAKER, { mode: "disabled", reason: "One fault after another." }, 200);
  }
  return broken;
}

/** The same by the Worker beside the first. */
async function askBeside(worker, input) {
  const headers = { authorization: `Bearer ${user.token}`, "content-type": "application/json" };
  const request = { method: "POST", headers, body: JSON.stringify(input) };
  return (await worker.beside.fetch("/api/v1/engines/biorhythm/calculate", request)).json();
}

for (const [fault, deeds, expected, most] of FAULTS) {
  test(`an engine that ${fault} costs nobody the answer, and nothing wrong is kept`, async () => {
    const worker = await unguarded();
    worker.clearLogs();
    engine.does(...deeds);
    const input = question();
    const asked = await ask(worker.url, input);
    assert.deepEqual([asked.source, asked.degraded], ["embedded", true]);
    const told = words(worker);
    assert.ok(told.length === 1 && expected.split(" ").includes(told[0]), `${told}`);
    assert.ok(asked.calls >= 1 && asked.calls <= most, `${asked.calls} calls`);
    // The deadline, with room for a machine that has other things to do; the clock of native tests is exact.
    assert.ok(asked.waited <= DEADLINE + 1_000, `waited ${asked.waited} ms`);
    // Another isolate on the same stores, once the failure is forgotten: the stand-in was never taken for fresh.
    engine.does("well");
    const { source: _, degraded: __, ...truth } = await right(input);
    for (let last = "embedded"; last !== "remote"; ) {
      const { source, degraded, ...rest } = await askBeside(worker, input);
      assert.deepEqual([rest, degraded], [truth, source === "embedded"]);
      assert.ok(["embedded", "remote"].includes(source), source);
      last = source;
    }
    assert.deepEqual(engine.wrong, []);
  });
}

test("an engine that flaps or is slow still answers within the deadline", async () => {
  const worker = await begin([["status", 503], "reset", "well"]);
  const flapping = await ask(worker.url);
  assert.deepEqual([flapping.source, flapping.degraded, flapping.calls], ["remote", false, 3]);
  engine.does(["status", 429, { "retry-after": "1" }], "well");
  const busy = await ask(worker.url);
  assert.deepEqual([busy.source, busy.calls], ["remote", 2]);
  engine.does(["slow", 500]);
  const slow = await ask(worker.url);
  assert.deepEqual([slow.source, slow.degraded, slow.calls], ["remote", false, 1]);
});

test("the breaker opens for all isolates, lets three probes through, and closes", async () => {
  const worker = await begin([["status", 500]], { beside: true });
  const admin = await administrator(worker);
  const breaker = async () => (await admin.get(BREAKER)).body;
  const trace = [];
  while ((await breaker()).state === "closed") {
    const { source, calls } = await ask(worker.url);
    trace.push([source, calls]);
    // Twelve failed calls are enough; the last are told of after the answer, so that one or two more may come between.
    assert.ok(trace.length <= 6, `${trace.length} requests`);
  }
  assert.ok(trace.length >= 4);
  for (const step of trace) assert.deepEqual(step, ["embedded", 3]);
  assert.deepEqual([(await breaker()).state, (await breaker()).why], ["open", "failures"]);
  for (let number = 0; number < 5; number += 1) {
    const { source, degraded, calls } = await ask(worker.url);
    assert.deepEqual([source, degraded, calls], ["embedded", true, 0]);
  }
  // The other Worker has never called the engine, and does not begin to.
  const asked = engine.asked.length;
  assert.equal((await askBeside(worker, question())).source, "embedded");
  assert.equal(engine.asked.length, asked);
  assert.ok(words(worker).includes("open"));

  // An evicted object forgets nothing. Then the open time passes, as long as the object says that it does.
  await worker.worker.evictDurableObject("Breaker", { name: "biorhythm" });
  engine.does("hang");
  while ((await breaker()).state === "open");
  assert.deepEqual([(await breaker()).state, (await breaker()).why], ["half_open", "waited"]);
  // Ten requests at once, of an engine that does not answer: three probes, each one call; the others are not held up.
  const probes = await Promise.all(Array.from({ length: 10 }, () => ask(worker.url)));
  assert.equal(engine.asked.length - asked, 3);
  assert.ok(probes.every(({ source, degraded }) => source === "embedded" && degraded));
  assert.equal((await breaker()).state, "open");

  // An administrator need not wait.
  engine.does("well");
  const reset = await admin.post(`${BREAKER}/reset`, undefined, 200);
  assert.deepEqual([reset.body.state, reset.body.why], ["closed", "ordered"]);
  const force = (mode) => admin.put(BREAKER, { mode, reason: "A test." }, 200);
  assert.equal((await force("forced_open")).body.state, "forced_open");
  assert.equal((await admin.get("/api/v1/admin/engines")).body.items[0].mode, "forced_open");
});

test("without the breaker's object isolates go by breakers of their own", async () => {
  const change = ({ durable_objects, ...config }) => ({
    ...config,
    durable_objects: { bindings: durable_objects.bindings.filter(({ name }) => name !== "BREAKER") },
  });
  const worker = await begin(["well"], { change });
  assert.equal((await ask(worker.url)).source, "remote");
  engine.does(["status", 500]);
  const asked = engine.asked.length;
  const sources = [];
  for (let number = 0; number < 8; number += 1) sources.push((await ask(worker.url)).source);
  assert.deepEqual(sources, Array(8).fill("embedded"));
  const calls = engine.asked.length - asked;
  assert.ok(calls >= 9 && calls <= 15, `${calls} calls`);
});
