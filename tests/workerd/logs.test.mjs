// What the Worker writes down: one line of JSON a request, and nobody's data in it.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { Client, PASSWORD, account, reading } from "./client.mjs";
import { GENEROUS, start } from "./worker.mjs";

const JWT_SECRET = "c2lnbmluZy1zZWNyZXQtb2YtdGhlLWxvZ3MtdGVzdHMtMDE";
let worker;
before(async () => (worker = await start({ vars: GENEROUS, secrets: { JWT_SECRET } })));
after(() => worker?.close());

test("every request is one line that says what happened, without anybody's data", async () => {
  worker.clearLogs();
  const email = "ada.vellocea@example.com";
  const name = "Augusta Ada Example";
  const note = "a note that is nobody's business";
  const ada = await account(worker.url, { email, full_name: name });
  const birth = { birth_date: "1990-04-12", birth_time: "04:17", birth_time_zone: "Europe/London", birth_latitude: 51.5072 };
  const answers = [
    await ada.put("/api/v1/user/profile/update", birth, 200),
    await ada.post("/api/v1/engines/numerology/calculate", { full_name: name, birth_date: birth.birth_date }, 200),
    await ada.post("/api/v1/readings", reading("tarot", { note }), 201, { headers: { "idempotency-key": "a-key-of-ada" } }),
    await ada.post("/api/v1/readings", { engine: "biorhythm", input: { birth_date: "1990-13-41", secret: note } }, 422),
    await ada.send("POST", "/api/v1/readings", 400, { raw: `{"${note}":1,"${note}":2}` }),
    await ada.get(`/api/v1/readings?cursor=${encodeURIComponent(note)}`, 422),
    await ada.get(`/api/${encodeURIComponent(email)}?email=${encodeURIComponent(email)}`, 404),
    await ada.send("PURGE", "/health", 405),
    await new Client(worker.url).post("/api/v1/auth/login", { email, password: `${PASSWORD}!` }, 401),
    await new Client(worker.url).post("/api/v1/auth/refresh", { refresh_token: ada.refresh_token }, 200),
    await ada.as(`${ada.access_token}x`).get("/api/v1/auth/me", 401),
    await ada.send("POST", "/api/v1/auth/logout", 204),
  ];
  const logs = worker.logs();
  const lines = logs.map(({ message }) => JSON.parse(message));
  assert.equal(lines.length, answers.length + 2, "one line a request: the account, its login and these");
  const byId = new Map(lines.map((line) => [line.requestId, line]));
  for (const { headers, status, body } of answers) {
    const line = byId.get(headers["x-request-id"]);
    assert.equal(line.metadata.status, status);
    assert.equal(line.traceId, headers.traceparent.split("-")[1]);
    assert.ok(Number.isInteger(line.duration) && line.timestamp.endsWith("Z") && line.action);
    if (status >= 400 && status !== 405) assert.equal(line.error.code, body.code);
  }
  const created = byId.get(answers[2].headers["x-request-id"]);
  assert.deepEqual([created.action, created.userId, created.level], ["create_reading", ada.user_id, "info"]);
  const { calls, ...metadata } = created.metadata;
  assert.deepEqual(metadata, { method: "POST", route: "/api/v1/readings", status: 201 });
  // Admission asks its object only where no lease is left.
  assert.deepEqual({ object: 0, ...calls, ...(calls.object && { object: 0 }) }, { object: 0, d1: 1 });

  const text = logs.map(({ message }) => message).join("\n");
  const private_ = [email, "ada.vellocea", PASSWORD, name, note, encodeURIComponent(note), JWT_SECRET, "a-key-of-ada", "PURGE"];
  const tokens = [ada.access_token, ada.access_token.split(".")[2], ada.refresh_token, ada.refresh_token.split(".")[2]];
  for (const value of [...private_, ...tokens, ...Object.values(birth).map(String), "1990-13-41"]) {
    assert.ok(!text.includes(value), `${value} is in the log`);
  }
});

test("whatever was sent, nothing panicked", async () => {
  worker.clearLogs();
  const ada = await account(worker.url);
  const odd = ["{", "[]", "null", "1e400", '"\\u0000"', `{"a":${"[".repeat(5_000)}`, "\u0000"];
  await Promise.all(odd.map((raw) => ada.send("POST", "/api/v1/readings", undefined, { raw })));
  await Promise.all(odd.map((raw) => ada.send("PATCH", "/api/v1/readings/0", undefined, { raw })));
  for (const { level, message } of worker.logs()) {
    assert.doesNotMatch(message, /panicked|RuntimeError|unreachable|hung/);
    assert.equal(level, "log", message);
  }
});
