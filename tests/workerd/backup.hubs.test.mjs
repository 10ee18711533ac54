// The logs of people's devices in backups: the tool towards hubs that stand-ins play, and the drill in workerd.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { cpSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";

import { main as migrate } from "../../tools/migrate/main.mjs";
import { rowsOf, written } from "../../tools/backup/format.mjs";
import { api, hubs, putBack } from "../../tools/backup/hubs.mjs";
import { keyOf, seal, unwrapped } from "../../tools/backup/stream.mjs";
import { KEY, filled, root, tool } from "./backup.mjs";
import { account } from "./client.mjs";
import { client, device } from "./relay.mjs";
import { StandIn } from "./standin.mjs";
import { GENEROUS, folder, secret, startOn } from "./worker.mjs";

const URL_OF = "https://witness.example";
const ADMIN = "an admin key";

/** Hubs behind the two operations of administrators, each { epoch, state, entries }. */
class Hubs {
  logs = new Map();
  halves = new Map();
  puts = 0;
  trouble = () => undefined;

  fetch = async (address, { method, headers, body }) => {
    assert.equal(headers.authorization, `Bearer ${ADMIN}`);
    const [, person] = /\/api\/v1\/admin\/hubs\/([^/]+)\/log/.exec(address);
    const trouble = this.trouble(person, method);
    if (trouble) return trouble;
    const answer = (status, value) => new Response(JSON.stringify(value), { status });
    if (method === "GET") {
      const after = Number(new URL(address).searchParams.get("after"));
      const { epoch = null, state = null, entries = [] } = this.logs.get(person) ?? {};
      const rest = entries.filter((entry) => JSON.parse(entry).offset > after);
      const page = rest.slice(0, 3);
      return answer(200, { epoch, state, entries: page, next: rest.length > 3 ? JSON.parse(page.at(-1)).offset : null });
    }
    this.puts += 1;
    if (this.logs.has(person)) return answer(409, { code: "conflict", detail: "A log has begun there." });
    const { after, entries, state } = JSON.parse(body);
    const half = this.halves.get(person) ?? [];
    const last = half.length === 0 ? 0 : JSON.parse(half.at(-1)).offset;
    if (after > last) return answer(409, { code: "conflict", detail: "Pages are missing." });
    half.push(...entries.filter((entry) => JSON.parse(entry).offset > last));
    this.halves.set(person, half);
    if (state !== null) this.logs.set(person, { epoch: JSON.parse(state).epoch, state, entries: half });
    return answer(200, { last, begun: state !== null });
  };
}

function log(count, epoch = randomBytes(16).toString("base64url")) {
  const entries = Array.from({ length: count }, (_, n) => JSON.stringify({ offset: 2 * n + 1, body: `"${n}" 日本 ${"x".repeat(n * 40)}` }));
  return { epoch, state: JSON.stringify({ epoch, offset: 2 * count, gone: false }), entries };
}

let [place, source, before, people] = [];
beforeEach(async () => {
  [place, source, before] = [folder(), new StandIn(), new Hubs()];
});
afterEach(() => place.remove());

async function house() {
  await migrate(["up", "--target", "staging", "--root", root], { run: source.run, print: () => undefined });
  filled(source.database);
  people = source.rows("SELECT DISTINCT user_id FROM devices ORDER BY user_id").map(({ user_id: person }) => person);
  assert.ok(people.length >= 3);
  people.forEach((person, n) => before.logs.set(person, log(n * 7)));
}

const to = () => join(place.path, "backups");
const env = (more = {}) => ({ WITNESS_ADMIN_KEY: ADMIN, CONFIRM: "yes", ...more });
const common = ["--target", "staging", "--root", root];
const wait = async () => undefined;
const backup = (more = {}, there = before) => tool(["backup", "--to", to(), "--url", URL_OF, ...common], { run: source.run, env: env(more), fetch: there.fetch, wait });
const restore = (file, there, more = {}) => tool(["restore-hubs", "--from", file, "--url", URL_OF, ...common], { run: source.run, env: env(more), fetch: there.fetch, wait });
const file = () => {
  const names = readdirSync(to()).filter((name) => name.includes(".hubs.ndjson"));
  assert.equal(names.length, 1);
  return join(to(), names[0]);
};

for (const [what, more] of [["readable", {}], ["sealed", { BACKUP_KEY: KEY }]]) {
  test(`a ${what} backup of hubs comes back entry by entry, and a second time changes nothing`, async () => {
    await house();
    before.logs.get(people[1]).state = JSON.stringify({ epoch: before.logs.get(people[1]).epoch, gone: true });
    before.logs.get(people[1]).entries = [];
    const { code, said } = await backup(more);
    assert.equal(code, 0, said);
    const checked = await tool(["check", "--from", file()], { env: more });
    assert.match(checked.said, /whole: hubs of staging/);
    assert.equal(readFileSync(file()).includes("日本"), what === "readable");
    const after = new Hubs();
    const back = await restore(file(), after, more);
    assert.equal(back.code, 0, back.said);
    before.logs.delete(people[1]);
    assert.deepEqual(after.logs, before.logs);
    const again = await restore(file(), after, more);
    assert.equal(again.code, 0, again.said);
    assert.match(again.said, /restored: 0 logs.* were there already/);
    assert.deepEqual(after.logs, before.logs);
  });
}

test("a backup of hubs that is cut, changed, of another key or of a database is refused, and nothing is sent", async () => {
  await house();
  assert.equal((await backup({ BACKUP_KEY: KEY })).code, 0);
  const whole = readFileSync(file());
  const after = new Hubs();
  const refuses = async (bytes, word, more = { BACKUP_KEY: KEY }) => {
    const other = join(place.path, "other.ndjson");
    writeFileSync(other, bytes);
    const { code, said } = await restore(other, after, more);
    assert.equal(code, 1, said);
    assert.match(said, word);
    assert.equal(after.puts, 0);
  };
  await refuses(whole.subarray(0, -1), /it was changed, or cut|it is cut|BACKUP_KEY is not/);
  const changed = Buffer.from(whole);
  changed[whole.length >> 1] ^= 1;
  await refuses(changed, /changed/);
  await refuses(whole, /BACKUP_KEY is not the one/, { BACKUP_KEY: secret() });
  await refuses(whole, /BACKUP_KEY has to be set/, {});
  await refuses(whole, /CONFIRM=yes/, { BACKUP_KEY: KEY, CONFIRM: "" });
  await refuses(whole, /WITNESS_ADMIN_KEY/, { BACKUP_KEY: KEY, WITNESS_ADMIN_KEY: "" });
  const database = join(to(), readdirSync(to()).find((name) => name.endsWith(".ndjson.sealed") && !name.includes("hubs")));
  await refuses(readFileSync(database), /no backup of hubs/);
  const { said } = await tool(["restore", "--from", file(), ...common], { run: source.run, env: env({ BACKUP_KEY: KEY }) });
  assert.match(said, /nothing was written: it is a backup of hubs/);
});

test("a hub that fails fails the backup with its name, and what passes is waited for", async () => {
  await house();
  let times = 0;
  before.trouble = () => (times++ % 2 === 0 ? new Response("", { status: 429, headers: { "retry-after": "1" } }) : undefined);
  const { code, said } = await backup();
  assert.equal(code, 0, said);
  rmSync(to(), { recursive: true });
  before.trouble = (person) => (person === people[2] ? new Response("", { status: 503 }) : undefined);
  const failed = await backup();
  assert.equal(failed.code, 1);
  assert.match(failed.said, new RegExp(`the hub of ${people[2]}: answered 503`));
  assert.equal(readdirSync(to()).filter((name) => name.includes("hubs")).length, 0, "no half of a file");
  const without = await tool(["backup", "--to", join(place.path, "without"), ...common], { run: source.run, env: {} });
  assert.match(without.said, /the logs of devices are not in it/);
});

test("a restore of hubs leaves logs that have begun, goes on where it was broken off, and leaves out who is gone", async () => {
  await house();
  assert.equal((await backup()).code, 0);
  const after = new Hubs();
  const own = log(2);
  after.logs.set(people[0], own);
  let puts = 0;
  after.trouble = (person, method) => (person === people[2] && method === "PUT" && puts++ < 8 ? new Response("", { status: 503 }) : undefined);
  const broken = await restore(file(), after);
  assert.equal(broken.code, 1);
  assert.match(broken.said, new RegExp(people[2]));
  after.trouble = (person) => (person === people[1] ? new Response(JSON.stringify({ code: "not-found" }), { status: 404 }) : undefined);
  after.logs.delete(people[1]);
  const { code, said } = await restore(file(), after);
  assert.equal(code, 1);
  assert.match(said, new RegExp(`other logs have begun there, and were left as they are:\\s+${people[0]}`));
  assert.match(said, new RegExp(`${people[1]} is not in the database: left out`));
  assert.deepEqual(after.logs.get(people[0]), own);
  for (const person of people.slice(2)) assert.deepEqual(after.logs.get(person), before.logs.get(person));
});

test("hubs that are lost with their objects come back, and a device that was away gets everything", async () => {
  const secrets = { JWT_SECRET: secret(), CURSOR_SECRET: secret(), VAULT_KEY: secret() };
  const [old, fresh] = [folder(), folder()];
  let worker = await startOn(old.path, { vars: GENEROUS, secrets });
  const open = [];
  try {
    const [ada, bob] = [await account(worker.url), await account(worker.url)];
    const admin = await account(worker.url);
    await worker.database.prepare("UPDATE users SET role = 'admin' WHERE id = ?").bind(admin.user_id).run();
    await worker.database.prepare("UPDATE sessions SET methods = 'pwd otp' WHERE user_id = ?").bind(admin.user_id).run();
    const { body } = await admin.post("/api/v1/auth/refresh", { refresh_token: admin.refresh_token }, 200);
    const token = body.access_token;
    const houses = [];
    for (const user of [ada, bob]) {
      const first = await device(user);
      const second = await device(user, first);
      const laptop = await client(user, first);
      const phone = await client(user, second);
      await Promise.all([laptop.open(), phone.open()]);
      const say = (n) => `${user.user_id} ${n}`;
      await laptop.relay.send("notes", say(0));
      await phone.events.find(({ body: text }) => text === say(0));
      await phone.relay.close();
      for (let n = 1; n <= 5; n += 1) await laptop.relay.send("notes", say(n));
      await laptop.acknowledged.count(6);
      await laptop.relay.close();
      houses.push({ user, second, phone, say });
    }
    const query = async (sql) => [(await worker.database.prepare(sql).all()).results];
    const parts = [];
    for await (const part of seal(written({ kind: "hubs" }, hubs({ query }, api(worker.url, token), Date.now)), keyOf(KEY))) parts.push(part);
    await worker.close();
    // The database alone is there again.
    cpSync(old.path, fresh.path, { recursive: true });
    for (const name of readdirSync(fresh.path, { recursive: true, encoding: "utf8" })) {
      if (/(^|\/)do$/.test(name)) rmSync(join(fresh.path, name), { recursive: true });
    }
    worker = await startOn(fresh.path, { vars: GENEROUS, secrets });
    const reading = () =>
      rowsOf(
        unwrapped((async function* () {
          yield* parts;
        })(), keyOf(KEY)),
      );
    const done = await putBack(reading(), api(worker.url, token), () => undefined);
    assert.deepEqual([done.back.sort(), done.taken, done.gone], [[ada.user_id, bob.user_id].sort(), [], []]);
    for (const { user, second, phone, say } of houses) {
      user.url = worker.url;
      const again = await client(user, second, { store: phone.store });
      open.push(again);
      await again.events.find((event) => event.body === say(5));
      const texts = again.events.all.filter(({ stream }) => stream === "notes").map((event) => event.body);
      assert.deepEqual(texts, [1, 2, 3, 4, 5].map(say));
      assert.deepEqual(again.others.all, []);
    }
    const later = await putBack(reading(), api(worker.url, token), () => undefined);
    assert.deepEqual([later.back.length, later.taken, later.gone], [2, [], []], "once more changes nothing");
  } finally {
    for (const one of open) await one.relay.close();
    await worker.close();
    old.remove();
    fresh.remove();
  }
});
