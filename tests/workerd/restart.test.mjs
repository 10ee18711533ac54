// A Worker that stops and starts again on the same disk has forgotten nothing that it promised to keep.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, test } from "node:test";

import { Client, account, reading } from "./client.mjs";
import { GENEROUS, folder, secret, startOn } from "./worker.mjs";

const secrets = { JWT_SECRET: secret(), CURSOR_SECRET: secret(), VAULT_KEY: secret() };
let state;
let worker;
beforeEach(() => (state = folder()));
afterEach(async () => {
  await worker?.close();
  state.remove();
});

const begin = async (vars) => (worker = await startOn(state.path, { vars, secrets }));

/** Stops the Worker and starts it on the same disk; the clients follow it. */
async function restart(vars, ...clients) {
  await worker.close();
  await begin(vars);
  for (const client of clients) client.url = worker.url;
}

test("readings, profile and cursors are there after a restart", async () => {
  await begin(GENEROUS);
  const ada = await account(worker.url, { full_name: "Ada Example" });
  await ada.put("/api/v1/user/profile/update", { birth_date: "1990-04-12" }, 200);
  const made = [];
  const { body: engines } = await ada.get("/api/v1/engines");
  assert.ok(engines.items.length >= 10);
  for (const { name } of engines.items) made.push((await ada.post("/api/v1/readings", reading(name), 201)).body);
  const first = await ada.get("/api/v1/readings?limit=2");
  await restart(GENEROUS, ada);
  const rest = await ada.get(`/api/v1/readings?limit=100&cursor=${encodeURIComponent(first.body.next_cursor)}`);
  assert.deepEqual([...first.body.items, ...rest.body.items], made.toReversed());
  assert.equal((await ada.get("/api/v1/user/profile")).body.birth_date, "1990-04-12");
  const changed = await ada.patch(`/api/v1/readings/${made[0].id}`, { rating: 3 }, 200, { headers: { "if-match": '"v1"' } });
  assert.equal(changed.body.version, 2);
  const { results } = await worker.database.prepare("SELECT seq FROM events WHERE user_id = ? ORDER BY seq").bind(ada.user_id).all();
  assert.deepEqual(results.map(({ seq }) => seq), results.map((_, index) => index + 1));
});

test("sessions go on after a restart, and ended ones stay ended", async () => {
  await begin(GENEROUS);
  const [ada, grace] = [await account(worker.url), await account(worker.url)];
  await grace.send("POST", "/api/v1/auth/logout", 204);
  await restart(GENEROUS, ada, grace);
  await ada.get("/api/v1/auth/me");
  await grace.get("/api/v1/auth/me", 401);
  const stranger = new Client(worker.url);
  const next = await stranger.post("/api/v1/auth/refresh", { refresh_token: ada.refresh_token }, 200);
  await stranger.post("/api/v1/auth/refresh", { refresh_token: grace.refresh_token }, 401);
  await restart(GENEROUS, stranger);
  await stranger.as(next.body.access_token).get("/api/v1/auth/me");
  const third = await stranger.post("/api/v1/auth/refresh", { refresh_token: next.body.refresh_token }, 200);
  await stranger.post("/api/v1/auth/refresh", { refresh_token: ada.refresh_token }, 401);
  await restart(GENEROUS, stranger);
  await stranger.post("/api/v1/auth/refresh", { refresh_token: third.body.refresh_token }, 401);
});

test("a request repeated after a restart gets the answer of before", async () => {
  await begin(GENEROUS);
  const ada = await account(worker.url);
  const options = { headers: { "idempotency-key": randomUUID() } };
  const first = await ada.post("/api/v1/readings", { engine: "tarot", input: {} }, 201, options);
  await restart(GENEROUS, ada);
  const again = await ada.post("/api/v1/readings", { engine: "tarot", input: {} }, 201, options);
  assert.deepEqual(again.body, first.body);
  assert.equal(again.headers["idempotency-replayed"], "true");
  assert.equal((await ada.get("/api/v1/readings")).body.items.length, 1);
});

test("a quota that was used stays used over a restart", async () => {
  const limited = { LIMIT_SCALE: "1" };
  const burst = async (client, count) => {
    const answers = await Promise.all(Array.from({ length: count }, () => client.send("GET", "/api/v1/auth/me")));
    return answers.filter(({ status }) => status === 200).length;
  };
  await begin(limited);
  const user = await account(worker.url);
  const before = await burst(user, 4);
  await restart(limited, user);
  assert.deepEqual([before, await burst(user, 20)], [4, 6]);
});

test("an engine's result is still cached for the isolates after a restart", async () => {
  await begin(GENEROUS);
  const ada = await account(worker.url);
  const ask = () => ada.post("/api/v1/engines/numerology/calculate", { full_name: "Ada", birth_date: "1990-04-12", current_year: 2026 }, 200);
  const first = await ask();
  // Closing waits for what the Worker still does after its answers.
  await restart(GENEROUS, ada);
  const second = await ask();
  assert.deepEqual([first.body.source, second.body.source], ["embedded", "cache"]);
  assert.deepEqual(second.body.result, first.body.result);
});
