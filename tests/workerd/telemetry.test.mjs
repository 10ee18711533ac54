// Spans and lines of the built Worker: understood by a real collector, never in anybody's way, kept and found again, and
// without anybody's secrets wherever they go.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, test } from "node:test";

import { startEngine } from "../engine/engine.mjs";
import { Client, PASSWORD, account } from "./client.mjs";
import { spansOf, startCollector, startRotel } from "./collector.mjs";
import { administrator } from "./mailbox.mjs";
import { GENEROUS, start } from "./worker.mjs";

const SECRET = "0123456789abcdef0123456789abcdef";
const MARK = "marked-secret";
const TOKEN = "marked-secret-of-the-collector";

const trace = (flags = "01") => {
  const [traceId, parent] = [randomBytes(16).toString("hex"), randomBytes(8).toString("hex")];
  return { traceId, parent, headers: { traceparent: `00-${traceId}-${parent}-${flags}` } };
};

/** Asks again and again, as people do, until there is what is looked for. */
async function until(client, look, what) {
  const end = Date.now() + 60_000;
  for (;;) {
    const found = await look();
    if (found) return found;
    assert.ok(Date.now() < end, `${what} did not come`);
    await client.get("/api/v1/engines", 200, { headers: trace("00").headers });
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** A sample of the figures; 0 where there is none. */
async function sample(admin, name) {
  const { text } = await admin.get("/metrics");
  const line = text.split("\n").find((line) => line.startsWith(`${name} `));
  return line ? Number(line.slice(name.length + 1)) : 0;
}

let rotel;
let engine;
let worker;
let ada;
let admin;

before(async () => {
  [rotel, engine] = [await startRotel(), await startEngine({ secret: SECRET })];
  engine.does(["status", 503]);
  const vars = { ...GENEROUS, OTLP_ENDPOINT: rotel.url, TRACE_SAMPLE: "0", ENGINE_URL: engine.url, LOG_DAYS: "30" };
  worker = await start({ vars, secrets: { ENGINE_SECRET: SECRET, OTLP_HEADERS: `authorization=Bearer%20${TOKEN}` } });
  ada = await account(worker.url);
  admin = await administrator(worker);
});
after(async () => {
  await worker?.close();
  await engine?.close();
  await rotel?.close();
});

test("a real collector understands the spans and lines of a request, one below the other", async () => {
  const { traceId, parent, headers } = trace();
  const answer = await ada.post("/api/v1/readings", { engine: "sigil_forge", input: { intention: "peace" } }, 201, { headers });
  const ours = answer.headers.traceparent.split("-");
  assert.deepEqual([ours[1], ours[3]], [traceId, "01"]);
  const of = (list) => list.filter((one) => one.traceId === traceId);
  await until(ada, () => of(rotel.spans).length > 0 && of(rotel.logs).length > 0, "the trace");
  const spans = of(rotel.spans);
  const server = spans.find(({ kind }) => kind === 2);
  assert.deepEqual([server.spanId, server.parentSpanId, server.name, server.status], [ours[2], parent, "POST /api/v1/readings", 0]);
  assert.equal(server.resource["service.name"], "witness");
  assert.equal(server.resource["deployment.environment.name"], "development");
  assert.deepEqual(
    ["http.request.method", "http.route", "http.response.status_code", "url.scheme", "witness.operation"].map((key) => server.attributes[key]),
    ["POST", "/api/v1/readings", 201, "http", "create_reading"],
  );
  assert.equal(server.attributes["witness.request_id"], answer.headers["x-request-id"]);
  const stages = spans.filter(({ kind }) => kind === 1);
  assert.deepEqual(stages.map(({ name, parentSpanId }) => [name, parentSpanId]), ["identify", "admit", "handle"].map((name) => [name, ours[2]]));
  const batch = spans.find(({ name }) => name === "d1/batch");
  assert.deepEqual([batch.kind, batch.parentSpanId], [3, stages[2].spanId]);
  assert.deepEqual([batch.attributes["db.system.name"], batch.attributes["db.operation.name"]], ["sqlite", "BATCH"]);
  assert.equal(new Set(spans.map(({ spanId }) => spanId)).size, spans.length);
  for (const { start, end } of spans) assert.ok(start > 0n && start <= end && server.start <= start && end <= server.end);
  const [line] = of(rotel.logs);
  assert.deepEqual([line.spanId, line.severityNumber, line.severityText], [ours[2], 9, "INFO"]);
  const told = JSON.parse(line.body);
  assert.deepEqual([told.requestId, told.traceId, told.userId], [answer.headers["x-request-id"], traceId, ada.user_id]);
});

test("the remote engine is given the trace, and the span that it goes on from arrives", async () => {
  const { traceId, headers } = trace();
  engine.traces.length = 0;
  await ada.post("/api/v1/engines/biorhythm/calculate", { birth_date: "1990-04-12" }, 200, { headers });
  assert.ok(engine.traces.length > 0);
  const calls = () => rotel.spans.filter((span) => span.traceId === traceId && span.attributes["server.address"]);
  await until(ada, () => calls().length > 0, "the call of the engine");
  assert.deepEqual(calls().map(({ spanId }) => `00-${traceId}-${spanId}-01`), engine.traces);
  for (const { name, kind, attributes, status } of calls()) {
    assert.deepEqual([name, kind, status], ["POST", 3, 2]);
    assert.deepEqual([attributes["server.address"], attributes["http.response.status_code"]], ["127.0.0.1", 503]);
  }
});

test("whatever is sent, a line is one line, and no secret is in console, log or collector", async () => {
  worker.clearLogs();
  const { traceId, headers } = trace();
  const poison = `${MARK}[31m"\\ ${"a".repeat(8_000)}`;
  const bad = { ...headers, "user-agent": poison, cookie: `session=${MARK}`, tracestate: `a=${MARK}`, "x-api-key": MARK, "idempotency-key": MARK };
  const answers = [
    await ada.send("POST", "/api/v1/readings", 400, { raw: `{"${MARK}\u2028\u001b[31m`, headers: bad }),
    await ada.post("/api/v1/readings", { engine: "biorhythm", input: { [MARK]: "\u2028\n\u001b" } }, 422, { headers: bad }),
    await ada.get(`/api/v1/readings?cursor=${MARK}&x=%0a%1b%e2%80%a8`, 422, { headers: bad }),
    await ada.get(`/api/v1/${MARK}/%0a%1b[31m%e2%80%a8`, 404, { headers: bad }),
    await new Client(worker.url).post("/api/v1/auth/login", { email: `${MARK}@example.com`, password: MARK }, 401, { headers: bad }),
    await ada.as(MARK).get("/api/v1/auth/me", 401, { headers: bad }),
  ];
  const ids = answers.map((answer) => answer.headers["x-request-id"]);
  const console_ = worker.logs().map(({ message }) => message);
  assert.equal(console_.filter((line) => ids.includes(JSON.parse(line).requestId)).length, answers.length);
  await until(ada, () => rotel.logs.filter((line) => line.traceId === traceId).length === answers.length, "the lines");
  const { body } = await admin.get(`/api/v1/admin/logs?trace_id=${traceId}`);
  assert.deepEqual(body.items.map(({ request_id }) => request_id).sort(), [...ids].sort());
  const sinks = { console: console_, book: [JSON.stringify(body)], collector: rotel.raw.map((bytes) => bytes.toString("latin1")), rotel: [rotel.said()] };
  for (const [name, texts] of Object.entries(sinks)) {
    for (const text of texts) {
      for (const secret of [MARK, "aaaaaaaa", PASSWORD, ada.access_token, ada.refresh_token, SECRET]) assert.ok(!text.includes(secret), `${secret} in ${name}`);
    }
  }
  for (const line of console_) assert.doesNotMatch(line, /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/);
});

test("lines are kept over eviction, found by all that is asked for, and gone with the person", async () => {
  const bob = await account(worker.url);
  const seen = await bob.get("/api/v1/readings");
  const id = seen.headers["x-request-id"];
  const find = async (query) => (await admin.get(`/api/v1/admin/logs?${query}`)).body.items.map((item) => item.request_id);
  assert.deepEqual(await find(`request_id=${id}`), [id]);
  for (const shard of ["0", "1", "2", "3"]) await worker.worker.evictDurableObject("Logbook", { name: shard });
  assert.deepEqual(await find(`request_id=${id}&level=info&status=200&action=list_readings&user_id=${bob.user_id}`), [id]);
  const page = (await admin.get("/api/v1/admin/logs?limit=2")).body;
  const next = (await admin.get(`/api/v1/admin/logs?limit=2&cursor=${page.next_cursor}`)).body;
  const order = [...page.items, ...next.items].map((item) => item.request_id);
  assert.deepEqual(order, [...new Set(order)].sort().reverse());
  await bob.get("/api/v1/admin/logs", 403);
  await bob.send("DELETE", "/api/v1/auth/me", 204);
  await until(ada, async () => (await find(`user_id=${bob.user_id}`)).length === 0, "the end of the lines");
});

test("a collector that is slow, busy, down or refuses is in nobody's way, and nothing is lost but what it refuses", async () => {
  const collector = await startCollector();
  const vars = { ...GENEROUS, OTLP_ENDPOINT: collector.url, TRACE_SAMPLE: "1" };
  const other = await start({ vars });
  try {
    const client = new Client(other.url);
    const chief = await administrator(other);
    const sent = [];
    const ask = async () => {
      const { traceId, headers } = trace();
      await client.get("/api/v1/engines", 200, { headers });
      sent.push(traceId);
    };
    const arrived = () => collector.got.filter(({ path, status }) => path === "/v1/traces" && status === 200).flatMap(spansOf);
    const missing = () => sent.filter((id) => !arrived().some((span) => span.traceId === id));
    const all = async () => {
      await until(client, () => missing().length === 0, "what was missing");
    };
    const well = collector.does;

    // It never answers: the answers come all the same, while it holds what it was sent.
    collector.does = () => {};
    const held = collector.next();
    await until(client, async () => (await Promise.race([held, ask().then(() => undefined)])) !== undefined, "a hand-over");
    await ask();
    const { status, path } = await held;
    assert.deepEqual([status, path], [0, "/v1/traces"]);
    collector.does = well;
    await all();

    // It is busy once, and then takes it.
    const before = collector.got.length;
    collector.does = (response) => {
      response.writeHead(503, { "retry-after": "1" }).end();
      collector.does = well;
    };
    await ask();
    await until(client, () => collector.got.slice(before).some((one) => one.status === 503), "the refusal");
    await all();

    // It is not there, and comes back.
    await collector.close();
    await ask();
    await until(client, () => other.logs().some(({ message }) => message.includes("not taken")), "the note of it");
    await ask();
    await collector.open();
    await all();
    assert.equal(await sample(chief, 'witness_telemetry_dropped_total{signal="traces"}'), 0);

    // It refuses for good: dropped, counted, not sent again.
    collector.does = (response) => response.writeHead(400).end();
    await ask();
    const refused = () => collector.got.filter((one) => one.path === "/v1/traces" && one.status === 400);
    await until(client, () => refused().length > 0, "the refusal");
    collector.does = well;
    const lost = refused().flatMap(spansOf);
    await until(client, async () => (await sample(chief, 'witness_telemetry_dropped_total{signal="traces"}')) >= lost.length, "the count");
    for (const { message } of other.logs()) assert.doesNotMatch(message, /panicked|RuntimeError|hung/);
  } finally {
    await other.close();
    await collector.close();
  }
});
