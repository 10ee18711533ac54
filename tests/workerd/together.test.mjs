// What happens at the same time: two people, two changes of one row, one request sent twice.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";

import { Client, INPUTS, account, raw, reading } from "./client.mjs";
import { start } from "./worker.mjs";

let worker;
before(async () => (worker = await start()));
after(() => worker?.close());

const rowsOf = async (user) => {
  const { DB } = await worker.worker.getEnv();
  const count = (table) => DB.prepare(`SELECT count(*) AS n FROM ${table} WHERE user_id = ?`).bind(user);
  const answers = await DB.batch(["readings", "events", "idempotency_keys"].map(count));
  const [readings, events, keys] = answers.map(({ results }) => results[0].n);
  return { readings, events, keys };
};

test("two people who call side by side never see each other's rows", async () => {
  const people = await Promise.all(["ada", "grace"].map((name) => account(worker.url, { full_name: name })));
  const rounds = Array.from({ length: 8 }, (_, number) => number);
  // Every person writes and reads at once, so that requests of both are in the isolate at every await.
  const lives = await Promise.all(
    people.flatMap((person) =>
      rounds.map(async (number) => {
        const note = `${person.user_id} ${number}`;
        const engine = Object.keys(INPUTS)[number % 4];
        const { body } = await person.post("/api/v1/readings", reading(engine, { note }), 201);
        const path = `/api/v1/readings/${body.id}`;
        const [found, list, history, profile, me] = await Promise.all([
          person.get(path),
          person.get("/api/v1/readings?limit=100"),
          person.get("/api/v1/readings/history?limit=100"),
          person.get("/api/v1/user/profile"),
          person.get("/api/v1/auth/me"),
        ]);
        assert.equal(found.body.note, note);
        assert.equal(me.body.id, person.user_id);
        for (const { note: seen } of [...list.body.items, ...history.body.items]) {
          assert.ok(seen.startsWith(person.user_id), `${person.user_id} was shown ${seen}`);
        }
        return { path, profile: profile.body.full_name, etag: found.headers.etag };
      }),
    ),
  );
  const [adas, graces] = [lives.slice(0, rounds.length), lives.slice(rounds.length)];
  assert.deepEqual(new Set(adas.map(({ profile }) => profile)), new Set(["ada"]));
  assert.deepEqual(new Set(graces.map(({ profile }) => profile)), new Set(["grace"]));

  const [ada, grace] = people;
  await Promise.all(
    [[ada, graces], [grace, adas]].flatMap(([person, others]) =>
      others.flatMap(({ path, etag }) => [
        person.get(path, 404, { headers: { "if-none-match": etag } }),
        person.patch(path, { note: "mine" }, 404),
        person.delete(path, 404, { headers: { "if-match": etag } }),
      ]),
    ),
  );
  for (const person of people) {
    const { body } = await person.get("/api/v1/readings?limit=100");
    assert.equal(body.items.length, rounds.length);
    assert.ok(body.items.every(({ version }) => version === 1));
    const { DB } = await worker.worker.getEnv();
    const query = "SELECT seq FROM events WHERE user_id = ? ORDER BY seq";
    const { results } = await DB.prepare(query).bind(person.user_id).all();
    // An account, its session and each reading; two writers at once leave no gap and no double.
    assert.deepEqual(results.map(({ seq }) => seq), Array.from({ length: rounds.length + 2 }, (_, index) => index + 1));
  }
});

test("of two changes of one version exactly one wins and the other gets 412", async () => {
  const ada = await account(worker.url);
  const kept = await ada.post("/api/v1/readings", reading(), 201);
  let { etag } = kept.headers;
  for (let round = 1; round <= 8; round += 1) {
    const change = (rating) => ada.patch(kept.headers.location, { rating }, undefined, { headers: { "if-match": etag } });
    const answers = await Promise.all([change(1), change(2)]);
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 412]);
    const won = answers.find(({ status }) => status === 200);
    assert.equal(won.body.version, round + 1);
    assert.deepEqual((await ada.get(kept.headers.location)).body, won.body);
    etag = won.headers.etag;
  }
  // Each change that won left one event, the others none.
  assert.equal((await rowsOf(ada.user_id)).events, 3 + 8);
});

test("changes without If-Match that meet all happen, one after the other", async () => {
  const ada = await account(worker.url);
  const { headers } = await ada.post("/api/v1/readings", reading(), 201);
  const ratings = [1, 2, 3, 4, 5, 1];
  const answers = await Promise.all(ratings.map((rating) => ada.patch(headers.location, { rating }, 200)));
  assert.deepEqual(answers.map(({ body }) => body.version).sort(), ratings.map((_, index) => index + 2));
});

test("a repeated creation gets the first answer, and one row is kept", async () => {
  const ada = await account(worker.url);
  const options = { headers: { "idempotency-key": randomUUID() } };
  const body = { engine: "tarot", input: {} }; // drawn anew each time, unless it is the same request
  const first = await ada.post("/api/v1/readings", body, 201, options);
  const second = await ada.post("/api/v1/readings", body, 201, options);
  assert.deepEqual(second.body, first.body);
  assert.equal(second.headers.location, first.headers.location);
  assert.deepEqual([first, second].map(({ headers }) => headers["idempotency-replayed"]), [undefined, "true"]);
  assert.deepEqual(await rowsOf(ada.user_id), { readings: 1, events: 3, keys: 1 });

  const reused = await ada.post("/api/v1/readings", { engine: "iching", input: {} }, 422, options);
  assert.equal(reused.body.code, "idempotency-key-reused");
  const grace = await account(worker.url);
  const hers = await grace.post("/api/v1/readings", body, 201, options);
  assert.notEqual(hers.body.id, first.body.id);
});

test("a creation whose answer was lost is found by sending it again", async () => {
  const ada = await account(worker.url);
  const key = randomUUID();
  const body = JSON.stringify({ engine: "tarot", input: {}, note: "lost" });
  const headers = {
    authorization: `Bearer ${ada.access_token}`,
    "content-type": "application/json",
    "idempotency-key": key,
  };
  // The caller hangs up when everything is sent: whether the Worker has begun, or is done, nobody knows.
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const hangUp = (sending) => sending.end(body, () => sending.destroy(new Error("hung up")));
    await raw(worker.url, { method: "POST", path: "/api/v1/readings", headers, write: hangUp }).then(
      () => {},
      (error) => assert.equal(error.message, "hung up"),
    );
  }
  const again = await ada.send("POST", "/api/v1/readings", 201, { raw: body, headers: { "idempotency-key": key } });
  const { body: list } = await ada.get("/api/v1/readings");
  assert.deepEqual(list.items, [again.body]);
  assert.deepEqual(await rowsOf(ada.user_id), { readings: 1, events: 3, keys: 1 });
});

test("the same creation sent many times at once keeps one row", async () => {
  const ada = await account(worker.url);
  const options = { headers: { "idempotency-key": randomUUID() } };
  const sent = Array.from({ length: 8 }, () => ada.post("/api/v1/readings", { engine: "iching", input: {} }, 201, options));
  const answers = await Promise.all(sent);
  assert.equal(new Set(answers.map(({ body }) => body.id)).size, 1);
  assert.equal(answers.filter(({ headers }) => headers["idempotency-replayed"] === "true").length, 7);
  assert.deepEqual(await rowsOf(ada.user_id), { readings: 1, events: 3, keys: 1 });
});

test("the same address registered many times at once is one account", async () => {
  const stranger = new Client(worker.url);
  const body = { email: `${randomUUID()}@example.com`, password: "one of many passwords" };
  await Promise.all(Array.from({ length: 4 }, () => stranger.post("/api/v1/auth/register", body, 202)));
  const { DB } = await worker.worker.getEnv();
  const { results } = await DB.prepare("SELECT id FROM users WHERE email_key = ?").bind(body.email).all();
  assert.equal(results.length, 1);
  assert.equal((await rowsOf(results[0].id)).events, 1);
});

test("one refresh token presented many times at once has one successor", async () => {
  const ada = await account(worker.url);
  const stranger = new Client(worker.url);
  const refresh = (refresh_token) => stranger.post("/api/v1/auth/refresh", { refresh_token }, undefined);
  const answers = await Promise.all(Array.from({ length: 8 }, () => refresh(ada.refresh_token)));
  assert.deepEqual(answers.map(({ status }) => status), Array(8).fill(200));
  const successors = new Set(answers.map(({ body }) => body.refresh_token));
  assert.equal(successors.size, 1);
  assert.equal((await refresh([...successors][0])).status, 200);
});

test("a write is read back with its bookmark, and any nonsense in place of one does no harm", async () => {
  const ada = await account(worker.url);
  const written = await ada.put("/api/v1/user/profile/update", { preferred_name: "Countess" }, 200);
  const bookmark = written.headers["d1-bookmark"];
  assert.match(bookmark, /^[0-9a-f-]{20,}$/);
  const back = await ada.get("/api/v1/user/profile", 200, { headers: { "d1-bookmark": bookmark } });
  assert.equal(back.body.preferred_name, "Countess");
  // An answer that may be kept has none of its own.
  assert.equal(back.headers["d1-bookmark"], undefined);
  const me = await ada.get("/api/v1/auth/me", 200, { headers: { "d1-bookmark": bookmark } });
  assert.ok(me.headers["d1-bookmark"] >= bookmark);
  for (const nonsense of ["x", "first-unconstrained'; DROP TABLE users", "0".repeat(400), "ffffffff-ffffffff", "-"]) {
    const answer = await ada.get("/api/v1/user/profile", 200, { headers: { "d1-bookmark": nonsense } });
    assert.equal(answer.body.preferred_name, "Countess", nonsense);
  }
});
