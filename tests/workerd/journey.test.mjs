// The product's main job in real workerd: an account, birth data, every engine, a reading that is kept and found again.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, test } from "node:test";

import { caller, health, journey } from "../../scripts/smoke.mjs";
import { Client, INPUTS, PASSWORD, account, logIn, reading } from "./client.mjs";
import { start } from "./worker.mjs";

let worker;
before(async () => (worker = await start()));
after(() => worker?.close());

// Of a version; weak where the body is compressed on its way.
const tag = (version) => new RegExp(`^(W/)?"v${version}"$`);

const events = async (user) => {
  const { DB } = await worker.worker.getEnv();
  const query = "SELECT seq, type, subject_id, before, after FROM events WHERE user_id = ? ORDER BY seq";
  return (await DB.prepare(query).bind(user).all()).results;
};

test("somebody registers, gives birth data, asks every engine, keeps a reading and finds it again", async () => {
  const email = "ada@example.com";
  const ada = await account(worker.url, { email, full_name: "Ada Example" });
  const me = await ada.get("/api/v1/auth/me");
  assert.deepEqual([me.body.id, me.body.email, me.body.tier], [ada.user_id, email, "free"]);

  const birth = { birth_date: "1990-04-12", birth_time: "07:45", birth_time_zone: "Europe/Berlin", birth_latitude: 52.52 };
  await ada.put("/api/v1/user/profile/update", birth, 200);
  const profile = await ada.get("/api/v1/user/profile");
  assert.equal(profile.body.full_name, "Ada Example");
  assert.deepEqual({ ...profile.body, ...birth }, profile.body);

  for (const engine of Object.keys(INPUTS)) {
    const asked = await ada.post(`/api/v1/engines/${engine}/calculate`, INPUTS[engine], 200);
    const kept = await ada.post("/api/v1/readings", reading(engine), 201);
    assert.deepEqual(kept.body.result, asked.body.result, engine);
    assert.equal(kept.body.input_hash, asked.body.input_hash);
    assert.equal(kept.headers.location, `/api/v1/readings/${kept.body.id}`);
    assert.ok(kept.body.title && kept.body.summary);

    const found = await ada.get(kept.headers.location);
    assert.deepEqual(found.body, kept.body);
    // Noon under London's double summer time.
    if (engine === "vimshottari") assert.equal(asked.body.result.birth.utc_from, "1945-06-01T10:00:00.000Z");
    assert.match(found.headers.etag, tag(1));
  }
  const { body } = await ada.get("/api/v1/readings");
  assert.deepEqual(body.items.map(({ engine }) => engine), Object.keys(INPUTS).reverse());
  const history = await ada.get("/api/v1/readings/history?limit=2&timeRange=7d");
  assert.deepEqual(history.body.items, body.items.slice(0, 2));

  const written = await events(ada.user_id);
  assert.deepEqual(written.map(({ seq }) => seq), written.map((_, index) => index + 1));
  const types = ["user.created", "session.created", "profile.updated", ...Object.keys(INPUTS).map(() => "reading.created")];
  assert.deepEqual(written.map(({ type }) => type), types);
});

test("every engine is listed and described", async () => {
  const stranger = new Client(worker.url);
  const { body } = await stranger.get("/api/v1/engines");
  assert.deepEqual(body.items.map(({ name }) => name), Object.keys(INPUTS).sort());
  for (const { name } of body.items) {
    const engine = await stranger.get(`/api/v1/engines/${name}`);
    const { $ref, $defs } = engine.body.input_schema;
    assert.equal($defs[$ref.split("/").at(-1)].type, "object");
    assert.ok(engine.body.description.length > 40);
  }
  await stranger.get("/api/v1/engines/astrolabe", 422);
});

test("an equal calculation comes from the cache, which holds it for other isolates", async () => {
  const { CACHE } = await worker.worker.getEnv();
  const kept = async () => (await CACHE.list({ prefix: "result:" })).keys.map(({ name }) => name);
  const before = new Set(await kept());
  const ada = await account(worker.url);
  const input = { birth_date: "1985-01-31", target_date: "2026-05-05", forecast_days: 30 };
  const path = "/api/v1/engines/biorhythm/calculate";
  const first = await ada.post(path, input, 200);
  const second = await ada.post(path, { ...input, extended: false }, 200);
  assert.deepEqual([first.body.source, second.body.source], ["embedded", "cache"]);
  assert.deepEqual({ ...second.body, source: "embedded" }, first.body);

  // It is put there after the answer; each look is an exchange with the store, so this ends when it is there.
  let fresh = [];
  for (let looks = 0; fresh.length === 0 && looks < 200; looks += 1) fresh = (await kept()).filter((name) => !before.has(name));
  assert.equal(fresh.length, 1);
  const value = await CACHE.get(fresh[0]);
  assert.ok(!value.includes("1985") && !fresh[0].includes(first.body.input_hash), "only who knows the input can read it");
});

test("a draw is new each time and its seed repeats it", async () => {
  const ada = await account(worker.url);
  const draw = (body) => ada.post("/api/v1/engines/tarot/calculate", body, 200);
  const [one, other] = [await draw({ spread: "celtic_cross" }), await draw({ spread: "celtic_cross" })];
  assert.notEqual(one.body.input_hash, other.body.input_hash);
  const again = await draw({ spread: "celtic_cross", seed: one.body.result.seed });
  assert.deepEqual(again.body.result, one.body.result);
});

test("a drawing is the same here as natively, to the byte", async () => {
  const ada = await account(worker.url);
  // As in the native test of that name; both take sines from the same place.
  for (const [pattern, hash] of [["sri_yantra", "cd34004123e1b584"], ["torus", "bc53aa8cce970e08"]]) {
    const { body } = await ada.post("/api/v1/engines/sacred_geometry/calculate", { intention: "Patience", pattern }, 200);
    assert.equal(createHash("sha256").update(body.result.svg).digest("hex").slice(0, 16), hash, pattern);
  }
});

test("a list is paged by cursor while others write, filtered and sorted", async () => {
  const ada = await account(worker.url);
  const made = [];
  for (let number = 0; number < 7; number += 1) {
    const more = { favourite: number % 2 === 0 };
    made.push((await ada.post("/api/v1/readings", reading(number < 5 ? "biorhythm" : "tarot", more), 201)).body.id);
  }
  const seen = [];
  let cursor = "";
  let added = 0;
  for (let more = true; more; ) {
    const page = await ada.get(`/api/readings?limit=3${cursor}`);
    assert.ok(page.body.items.length <= 3);
    seen.push(...page.body.items.map(({ id }) => id));
    more = page.body.has_more;
    assert.equal(page.body.next_cursor !== null, more);
    cursor = `&cursor=${encodeURIComponent(page.body.next_cursor ?? "")}`;
    await ada.post("/api/v1/readings", reading("iching", { note: `${(added += 1)} while paging` }), 201);
  }
  assert.deepEqual(seen, made.toReversed());

  const ids = async (query) => (await ada.get(`/api/v1/readings?${query}`)).body.items.map(({ id }) => id);
  assert.deepEqual(await ids("engine=tarot&favourite=true"), [made[6]]);
  assert.deepEqual(await ids("engine=biorhythm&sort=created_at&limit=100"), made.slice(0, 5));
  const page = await ada.get("/api/v1/readings?limit=1");
  const foreign = await account(worker.url);
  const refused = await foreign.get(`/api/v1/readings?limit=1&cursor=${page.body.next_cursor}`, 422);
  assert.equal(refused.body.code, "cursor-invalid");
  await ada.get(`/api/v1/readings?limit=1&engine=tarot&cursor=${page.body.next_cursor}`, 422);
});

test("favourite, note and rating change under If-Match, and a stale version is refused", async () => {
  const ada = await account(worker.url);
  const kept = await ada.post("/api/v1/readings", reading(), 201);
  const path = kept.headers.location;
  const changed = await ada.patch(path, { favourite: true, note: "Slow morning.", rating: 4 }, 200, {
    headers: { "if-match": kept.headers.etag },
  });
  assert.deepEqual([changed.body.favourite, changed.body.note, changed.body.rating], [true, "Slow morning.", 4]);
  assert.equal(changed.body.version, 2);
  assert.match(changed.headers.etag, tag(2));

  const stale = await ada.patch(path, { rating: 1 }, 412, { headers: { "if-match": kept.headers.etag } });
  assert.equal(stale.body.code, "precondition-failed");
  await ada.delete(path, 412, { headers: { "if-match": kept.headers.etag } });
  const cleared = await ada.patch(path, { note: null }, 200, { type: "application/merge-patch+json" });
  assert.deepEqual([cleared.body.note, cleared.body.rating, cleared.body.version], [null, 4, 3]);
  const refused = await ada.patch(path, { rating: 9, title: "Mine" }, 422);
  const broken = refused.body.violations.map(({ pointer, code }) => `${pointer} ${code}`).sort();
  assert.deepEqual(broken, ["/rating maximum", "/title unknown-field"]);
  assert.deepEqual((await ada.get(path)).body, cleared.body);

  const updates = (await events(ada.user_id)).filter(({ type }) => type === "reading.updated");
  assert.equal(updates.length, 2);
  // What they hold is encrypted by the sealer at a time of its own; tests/api/readings.rs looks into it.
  assert.ok(updates.every(({ before, after }) => before && after));
});

test("a deleted reading is gone from every list at once", async () => {
  const ada = await account(worker.url);
  const { headers, body } = await ada.post("/api/v1/readings", reading(), 201);
  await ada.delete(headers.location, 204, { headers: { "if-match": headers.etag } });
  await ada.get(headers.location, 404);
  await ada.patch(headers.location, { rating: 1 }, 404);
  await ada.delete(headers.location, 404);
  assert.deepEqual((await ada.get("/api/v1/readings")).body.items, []);
  assert.deepEqual((await ada.get("/api/v1/readings/history?timeRange=all")).body.items, []);
  const last = (await events(ada.user_id)).at(-1);
  assert.deepEqual([last.type, last.subject_id, last.after], ["reading.deleted", body.id, null]);
});

test("without a version in its path a request means the first", async () => {
  const ada = await account(worker.url);
  const { body } = await ada.post("/api/readings", reading(), 201);
  for (const rest of [`readings/${body.id}`, "readings", "user/profile", "auth/me", "engines", "engines/tarot"]) {
    const [short, long] = [await ada.get(`/api/${rest}`), await ada.get(`/api/v1/${rest}`)];
    assert.deepEqual([short.body, short.headers.etag], [long.body, long.headers.etag], rest);
  }
  await ada.get("/api/v2/readings", 404);
});

test("a known address gets the same answer and keeps its password", async () => {
  const stranger = new Client(worker.url);
  const email = "grace@example.com";
  const first = await stranger.post("/api/v1/auth/register", { email, password: PASSWORD }, 202);
  const other = { email: email.toUpperCase(), password: "another password altogether" };
  const second = await stranger.post("/api/v1/auth/register", other, 202);
  assert.equal(second.text, first.text);
  await logIn(worker.url, email);
  const wrong = await stranger.post("/api/v1/auth/login", other, 401);
  const unknown = await stranger.post("/api/v1/auth/login", { ...other, email: "nobody@example.com" }, 401);
  assert.deepEqual({ ...unknown.body, request_id: 0 }, { ...wrong.body, request_id: 0 });
});

test("a session that was logged out is refused at once, and others go on", async () => {
  const ada = await account(worker.url);
  const other = await logIn(worker.url, ada.email);
  await ada.get("/api/v1/auth/me");
  await ada.send("POST", "/api/v1/auth/logout", 204);
  const refused = await ada.get("/api/v1/auth/me", 401);
  assert.equal(refused.body.code, "unauthenticated");
  assert.match(refused.headers["www-authenticate"], /^Bearer/);
  const stranger = new Client(worker.url);
  await stranger.post("/api/v1/auth/refresh", { refresh_token: ada.refresh_token }, 401);
  await other.get("/api/v1/auth/me");
});

test("a refresh token has one successor, and using an older one ends the session", async () => {
  const ada = await account(worker.url);
  const stranger = new Client(worker.url);
  const refresh = (refresh_token, status) => stranger.post("/api/v1/auth/refresh", { refresh_token }, status);
  const next = await refresh(ada.refresh_token, 200);
  assert.equal(next.body.session_id, ada.session_id);
  await ada.as(next.body.access_token).get("/api/v1/auth/me");
  const again = await refresh(ada.refresh_token, 200);
  assert.equal(again.body.refresh_token, next.body.refresh_token, "its answer may have been lost");
  const third = await refresh(next.body.refresh_token, 200);
  await refresh(ada.refresh_token, 401);
  await refresh(third.body.refresh_token, 401);
  await ada.as(third.body.access_token).get("/api/v1/auth/me", 401);
});

test("a shared reading is shown to strangers until its link is revoked", async () => {
  const ada = await account(worker.url);
  const kept = await ada.post("/api/v1/readings", reading("tarot", { note: "Mine alone." }), 201);
  const shares = `${kept.headers.location}/shares`;
  const { body: made } = await ada.post(shares, { days: 1, max_views: 3 }, 201);
  const stranger = new Client(worker.url);
  const path = new URL(made.url).pathname;
  assert.ok(path.endsWith(made.token));
  const shown = await stranger.get(path, 200);
  assert.equal(shown.body.title, kept.body.title);
  assert.deepEqual(shown.body.result.cards, kept.body.result.cards);
  assert.ok(!JSON.stringify(shown.body).includes("Mine alone") && !("seed" in shown.body.result));
  assert.deepEqual([shown.headers["cache-control"], shown.headers["x-robots-tag"]], ["no-store", "noindex"]);
  const { body: listed } = await ada.get(shares);
  assert.deepEqual([listed.items.length, listed.items[0].views], [1, 1]);
  // Of many who look at once no more see it than may.
  const looks = await Promise.all(Array.from({ length: 6 }, () => stranger.send("GET", path)));
  assert.equal(looks.filter(({ status }) => status === 200).length, 2);
  const { body: other } = await ada.post(shares, {}, 201);
  await ada.delete(`${shares}/${other.share.id}`, 204);
  await stranger.get(new URL(other.url).pathname, 404);
});

test("what goes together, what shows and what happened is told of one's own readings", async () => {
  const ada = await account(worker.url);
  const { body: kept } = await ada.post("/api/v1/readings", reading("biorhythm"), 201);
  await ada.patch(`/api/v1/readings/${kept.id}`, { rating: 3 }, 200);
  const refused = await ada.get("/api/v1/readings/correlation", 422);
  assert.equal(refused.body.code, "sample-too-small");
  const { DB } = await worker.worker.getEnv();
  await DB.prepare(
    `INSERT INTO readings (id, user_id, engine, engine_version, title, summary, input, input_hash, result, source, rating,
                           created_at, updated_at)
     WITH RECURSIVE day (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM day WHERE n < 30)
     SELECT substr(id, 1, 24) || printf('%012x', n), user_id, engine, engine_version, title, summary, input, input_hash, result,
            source, 1 + (n * n) % 5, created_at - n * 86400000, created_at - n * 86400000
     FROM readings, day WHERE id = ?`,
  )
    .bind(kept.id)
    .run();
  const { body: together } = await ada.get("/api/v1/readings/correlation?timeRange=90d");
  assert.equal(together.rated_days, 31);
  assert.ok(together.items.every(({ p_value, q_value }) => q_value >= p_value - 0.001 && q_value <= 1));
  const { body: shows } = await ada.get("/api/v1/readings/insights?timeRange=90d");
  assert.deepEqual([shows.readings, shows.current_streak], [31, 31]);
  assert.ok(shows.findings.some(({ kind }) => kind === "trend"));
  const { body: timeline } = await ada.get("/api/v1/timeline?type=reading");
  assert.deepEqual(timeline.items.map(({ type }) => type), ["reading.updated", "reading.created"]);
  assert.equal(timeline.items[0].title, kept.title);
});

test("the smoke test of a deployment passes, and leaves no account behind", async () => {
  assert.deepEqual(await health(caller(worker.url)), { version: "0.1.0", ready: "ready" });
  const email = await journey(caller(worker.url));
  await new Client(worker.url).post("/api/v1/auth/login", { email, password: PASSWORD }, 401);
  const { DB } = await worker.worker.getEnv();
  const left = await DB.prepare("SELECT status FROM users WHERE email = ?").bind(email).all();
  assert.deepEqual(left.results, []);
  await assert.rejects(journey(caller(`${worker.url}/nowhere`)), /POST \/api\/v1\/auth\/register answered 404, not 202: not-found \(request [0-9a-f-]{36}\)/);
});
