// A Worker whose bindings or secrets are missing or wrong: what can be done is done, everything else is said plainly.
import assert from "node:assert/strict";
import { after, test } from "node:test";

import { Client, INPUTS, PASSWORD, account, logIn, reading } from "./client.mjs";
import { GENEROUS, secret, start } from "./worker.mjs";

const DEPENDENCY = "dependency-unavailable";
const JWT_SECRET = secret();
const NUMEROLOGY = "/api/v1/engines/numerology/calculate";

// A token of a whole Worker is good in a broken one with the same secret.
const whole = await start({ secrets: { JWT_SECRET } });
const ada = await account(whole.url);
await whole.close();

const running = [];
after(() => Promise.all(running.map((worker) => worker.close())));

async function broken(change, options = {}) {
  const worker = await start({ change, secrets: { JWT_SECRET }, ...options });
  running.push(worker);
  const user = new Client(worker.url, ada.access_token);
  return { worker, user, stranger: new Client(worker.url) };
}

/** A problem that may pass: 503 and when to come back, without a word of what is inside. */
function passing({ status, body, headers, text }) {
  assert.deepEqual([status, body.code], [503, DEPENDENCY]);
  assert.ok(Number(headers["retry-after"]) >= 1);
  assert.doesNotMatch(text, /binding|D1|SQLITE|undefined|TypeError|withSession|at /);
}

async function withoutDatabase({ user, stranger }) {
  await stranger.get("/health");
  const ready = await stranger.send("GET", "/ready");
  passing(ready);
  assert.match(ready.body.detail, /database/);
  passing(await user.send("GET", "/api/v1/readings"));
  passing(await user.send("GET", "/api/v1/auth/me"));
  passing(await user.post("/api/v1/readings", reading()));
  passing(await user.patch("/api/v1/readings/0197f7a0-0000-7000-8000-00000000000a", { rating: 1 }));
  passing(await stranger.post("/api/v1/auth/register", { email: "a@example.com", password: PASSWORD }));
  passing(await stranger.post("/api/v1/auth/login", { email: "a@example.com", password: PASSWORD }));
  for (const engine of Object.keys(INPUTS)) {
    await user.post(`/api/v1/engines/${engine}/calculate`, INPUTS[engine], 200);
  }
  await stranger.get("/api/engines");
}

test("without the database engines answer, everything kept is 503, and health is well", async () => {
  await withoutDatabase(await broken((config) => ({ ...config, d1_databases: [] }), { migrate: false }));
});

test("a binding of another kind in the database's place is no database", async () => {
  const change = (config) => {
    const kv_namespaces = [...config.kv_namespaces, { binding: "DB", id: "wrong" }];
    return { ...config, d1_databases: [], kv_namespaces };
  };
  await withoutDatabase(await broken(change, { migrate: false }));
});

test("a database without tables is a defect that is told without its words", async () => {
  const { worker, user } = await broken(undefined, { migrate: false });
  const { body, text } = await user.send("GET", "/api/v1/readings", 500);
  assert.equal(body.code, "internal-error");
  assert.doesNotMatch(text, /table|readings|SQLITE/i);
  const logged = worker.logs().map(({ message }) => message).find((message) => message.includes(body.request_id));
  assert.match(JSON.parse(logged).error.cause, /no such table/);
});

test("without the cache everything still works, more slowly", async () => {
  const { worker, stranger } = await broken((config) => ({ ...config, kv_namespaces: [] }));
  const ready = await stranger.get("/ready");
  assert.equal(ready.body.status, "degraded");
  assert.deepEqual(ready.body.checks.filter(({ ok }) => !ok).map(({ name }) => name), ["cache"]);
  const user = await account(worker.url);
  const first = await user.post(NUMEROLOGY, INPUTS.numerology, 200);
  const second = await user.post(NUMEROLOGY, INPUTS.numerology, 200);
  assert.deepEqual(second.body.result, first.body.result);
  await user.post("/api/v1/readings", reading(), 201);
  assert.equal((await user.get("/api/v1/readings")).body.items.length, 1);
});

test("without the objects data is served sparingly and passwords cannot be guessed", async () => {
  const change = ({ durable_objects, migrations, ...config }) => config;
  const { stranger, user } = await broken(change, { vars: { LIMIT_SCALE: "1" } });
  await stranger.get("/health");
  const ready = await stranger.send("GET", "/ready");
  passing(ready);
  assert.match(ready.body.detail, /objects/);
  passing(await stranger.post("/api/v1/auth/login", { email: ada.email, password: PASSWORD }));
  passing(await stranger.post("/api/v1/auth/register", { email: ada.email, password: PASSWORD }));
  const began = Math.floor(Date.now() / 60_000);
  const answers = await Promise.all(Array.from({ length: 70 }, () => user.send("GET", "/api/v1/readings")));
  const passed = answers.filter(({ status }) => status === 200).length;
  assert.ok(answers.every(({ status }) => [200, 429].includes(status)));
  // Ten a minute, as ever for a free account; a burst over the end of a minute may use two.
  if (Math.floor(Date.now() / 60_000) === began) assert.equal(passed, 10);
});

test("a secret that is missing is named in the log, and callers learn nothing", async () => {
  const { worker, stranger } = await broken(undefined, { secrets: { JWT_SECRET: undefined } });
  for (const path of ["/health", "/ready", "/api/v1/readings"]) {
    const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    const { body, headers, text } = await stranger.get(path, 500, { headers: { traceparent } });
    assert.equal(body.code, "internal-error");
    assert.match(headers.traceparent, /^00-0af7651916cd43dd8448eb211c80319c-[0-9a-f]{16}-01$/);
    assert.equal(headers["x-content-type-options"], "nosniff");
    assert.match(headers["content-security-policy"], /default-src 'none'/);
    assert.equal(headers["cache-control"], "no-store");
    assert.doesNotMatch(text, /JWT|SECRET/);
  }
  const lines = worker.logs().filter(({ level }) => level === "error").map(({ message }) => message);
  assert.ok(lines.length > 0 && lines.every((line) => line.includes("JWT_SECRET")), lines.join("\n"));
});

test("a setting that is wrong is named in the log without its value", async () => {
  const short = "hunter2hunter2";
  const same = secret();
  for (const [secrets, vars, names] of [
    [{ JWT_SECRET: short }, { ENVIRONMENT: "moonbase", LIMIT_SCALE: "-3" }, ["JWT_SECRET", "ENVIRONMENT", "LIMIT_SCALE"]],
    [{ JWT_SECRET: same, CURSOR_SECRET: same }, {}, ["CURSOR_SECRET"]],
    [{}, { ENVIRONMENT: "production", LIMIT_SCALE: "10" }, ["LIMIT_SCALE", "PUBLIC_URL"]],
  ]) {
    const worker = await start({ secrets, vars, migrate: false });
    running.push(worker);
    await new Client(worker.url).get("/health", 500);
    const text = worker.logs().map(({ message }) => message).join("\n");
    for (const name of names) assert.ok(text.includes(name), `${name}: ${text}`);
    for (const value of [short, same, "moonbase", "-3"]) assert.ok(!text.includes(value), text);
  }
});

test("a key that was exchanged refuses the tokens of the old one, and nothing else", async () => {
  const { stranger, worker } = await broken(undefined, { secrets: { JWT_SECRET: secret() }, vars: GENEROUS });
  await stranger.as(ada.access_token).get("/api/v1/auth/me", 401);
  const user = await account(worker.url);
  await (await logIn(worker.url, user.email)).get("/api/v1/auth/me");
});
