// The audit log in the real runtime: the sealer's object, its alarm and the cron trigger behind it, and triggers of
// SQLite in D1.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash, generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

import { Fault, linked, pagesOf, verify } from "../../tools/audit/verify.mjs";
import { account } from "./client.mjs";
import { start } from "./worker.mjs";

let worker;
let DB;

before(async () => {
  worker = await start();
  ({ DB } = await worker.worker.getEnv());
});
after(() => worker?.close());

const rows = async (query, ...values) => (await DB.prepare(query).bind(...values).all()).results;

/** Waits until the query gives no row; what it waits for is an alarm of about two seconds. */
async function none(query) {
  for (const end = Date.now() + 30_000; Date.now() < end; ) {
    if ((await rows(query)).length === 0) return;
    await new Promise((done) => setTimeout(done, 100));
  }
  assert.deepEqual(await rows(query), []);
}

const hash = (...parts) => {
  const digest = createHash("sha256");
  for (const part of parts.map((part) => Buffer.from(part))) {
    const length = Buffer.alloc(8);
    length.writeBigUInt64BE(BigInt(part.length));
    digest.update(length).update(part);
  }
  return digest.digest();
};

test("what a login leaves is sealed by the alarm, and nothing of it is readable", async () => {
  const ada = await account(worker.url);
  const records = await rows("SELECT * FROM audit_records WHERE user_id = ?", ada.user_id);
  assert.ok(records.length >= 1, "a login leaves a record");
  await none("SELECT id FROM audit_records WHERE seq IS NULL");
  await none("SELECT id FROM events WHERE sealed_at IS NULL");
  const sealed = await rows("SELECT * FROM audit_records ORDER BY seq");
  let previous = hash("witness audit genesis v1");
  for (const [index, r] of sealed.entries()) {
    assert.equal(r.seq, index + 1);
    assert.doesNotMatch(r.personal, /[{"@]/);
    const text = [r.seq, r.id, r.at, r.kind, r.outcome, r.actor, r.subject_type, r.subject_id, r.user_id ?? "", r.source];
    previous = hash("witness audit record v1", previous, ...text.map(String), r.request_id, r.commitment);
    assert.equal(r.hash, previous.toString("base64url"));
  }
  const [checkpoint] = await rows("SELECT * FROM audit_checkpoints ORDER BY seq DESC LIMIT 1");
  assert.equal(checkpoint.hash, previous.toString("base64url"));
  assert.equal(Buffer.from(checkpoint.signature, "base64url").length, 64);
  const events = await rows("SELECT * FROM events WHERE user_id = ?", ada.user_id);
  assert.ok(!JSON.stringify([sealed, events]).includes("example.com"));
});

test("what no alarm saw is sealed by the clock", async () => {
  await none("SELECT id FROM audit_records WHERE seq IS NULL");
  const [last] = await rows("SELECT * FROM audit_records ORDER BY seq DESC LIMIT 1");
  const { seq, commitment, hash: _, ...row } = { ...last, id: "00000000-0000-7000-8000-000000000001", personal: "{}" };
  const columns = Object.keys(row);
  const insert = `INSERT INTO audit_records (${columns}) VALUES (${columns.map(() => "?")})`;
  await DB.prepare(insert).bind(...columns.map((column) => row[column])).run();
  await worker.worker.scheduled({ cron: "*/5 * * * *", scheduledTime: new Date() });
  await none("SELECT id FROM audit_records WHERE seq IS NULL");
  const [sealed] = await rows("SELECT seq FROM audit_records WHERE id = ?", row.id);
  assert.equal(sealed.seq, last.seq + 1);
});

test("D1 refuses to change or remove what is only added to", async () => {
  for (const statement of [
    "UPDATE audit_records SET kind = 'x'",
    "DELETE FROM audit_records",
    "DELETE FROM audit_checkpoints",
    "UPDATE events SET type = 'x'",
    "DELETE FROM events",
  ]) {
    await assert.rejects(DB.prepare(statement).run(), /append-only/, statement);
  }
});

/** An administrator with two factors, and an export of the whole chain taken page by page. */
async function exported() {
  const person = await account(worker.url);
  await DB.prepare("UPDATE users SET role = 'admin' WHERE id = ?").bind(person.user_id).run();
  await DB.prepare("UPDATE sessions SET methods = 'pwd otp' WHERE user_id = ?").bind(person.user_id).run();
  const tokens = await person.post("/api/v1/auth/refresh", { refresh_token: person.refresh_token }, 200);
  const admin = person.as(tokens.body.access_token);
  await none("SELECT id FROM audit_records WHERE seq IS NULL");
  const pages = [];
  for (let after = 0; after !== null; after = pages.at(-1).next_after) {
    pages.push((await admin.get(`/api/v1/admin/audit/export?limit=7&after=${after}`)).body);
  }
  const keys = (await admin.get("/.well-known/witness-audit-key.json")).body;
  return { admin, keys, pages };
}

const copy = (value) => structuredClone(value);
/** The chain made anew over changed records, by somebody who cannot sign. */
function rechained(records) {
  let end = Buffer.from("P-5IiHZw0TE7c-pjBIGEnp8vY6PZJl3I_b6bA2OTXnA", "base64url");
  return records.map((record, index) => {
    const next = { ...record, seq: index + 1 };
    end = linked(end, next);
    return { ...next, hash: end.toString("base64url") };
  });
}

test("an export is verified offline, and every tampering with it is found", async (t) => {
  for (let n = 0; n < 4; n += 1) await account(worker.url);
  const { admin, keys, pages } = await exported();
  const found = verify(pages, keys);
  assert.ok(found.records >= 6 && found.opened === found.records && pages.length > 1, JSON.stringify(found));
  const verification = (await admin.get("/api/v1/admin/audit/verification")).body;
  assert.equal(verification.state, "intact");
  const one = { ...pages[0], records: pages.flatMap((page) => page.records), checkpoints: pages.flatMap((page) => page.checkpoints) };
  const known = one.checkpoints.at(-1);
  assert.deepEqual(verify([one], keys, { known, from: 1 }).to, found.to);
  const refuses = (change, fault, kept) => {
    const other = copy(one);
    change(other);
    assert.throws(() => verify([other], keys, kept), fault);
  };
  refuses((x) => (x.records[2].kind = "other"), /place 3, or one before it, was changed/);
  refuses((x) => (x.records[2].personal += " "), /place 3 is not the one that was committed to/);
  refuses((x) => x.records.splice(2, 1), /place 3 holds the record of place 4/);
  refuses((x) => x.records.splice(2, 0, copy(x.records[3])), /place 3 holds the record of place 4/);
  refuses((x) => ([x.records[1], x.records[2]] = [x.records[2], x.records[1]]), /place 2 holds the record of place 3/);
  refuses((x) => x.records.pop(), /are missing/);
  refuses((x) => (x.records = rechained(x.records.toSpliced(1, 1))), /not the one that was signed|are missing|no signature/);
  refuses((x) => (x.checkpoints.at(-1).at += 1), /no good signature/);
  // Cut off with its signatures: whoever kept the last one finds it, nobody else can.
  const cut = (x) => {
    x.checkpoints = x.checkpoints.slice(0, 1);
    x.records = x.records.slice(0, x.checkpoints[0].seq);
  };
  refuses(cut, /are missing/, { known });
  // Cut off in front, behind a checkpoint: a part of the chain, and whoever knows that it begins earlier finds that.
  const front = (x) => {
    x.after = x.checkpoints[0].seq;
    x.records = x.records.slice(x.after);
  };
  refuses(front, /begins at place 1/, { from: 1 });
  // Signed by somebody else.
  const stranger = generateKeyPairSync("ed25519").publicKey.export({ format: "jwk" });
  assert.throws(() => verify([one], { keys: [{ ...stranger, kid: keys.keys[0].kid }] }), /not among the known/);
  let state = Number(process.env.SEED ?? 7);
  t.diagnostic(`SEED=${state}`);
  const dice = (end) => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return (state >>> 8) % end;
  };
  for (let round = 0; round < 400; round += 1) {
    const other = copy(one);
    const at = dice(other.records.length);
    const record = other.records[at];
    const fields = Object.keys(record).filter((name) => record[name] !== null);
    const [what, field] = [dice(6), fields[dice(fields.length)]];
    if (what === 0) typeof record[field] === "number" ? (record[field] += 1) : (record[field] += "x");
    if (what === 1) other.records.splice(at, 1);
    if (what === 2) other.records.splice(at, 0, { ...copy(record), id: `x${record.id}` });
    if (what === 3) other.records.splice(at, 0, other.records.splice((at + 1) % other.records.length, 1)[0]);
    if (what === 4) other.records.length = at;
    if (what === 5) other.records = rechained(other.records.with(at, { ...record, actor: `${record.actor}x`, personal: null, salt: null }));
    if (JSON.stringify(other) === JSON.stringify(one)) continue;
    assert.throws(() => verify([other], keys, { known, from: 1 }), { constructor: Fault }, `${what} ${field} ${at}`);
  }
});

test("the command says whether a file holds", async () => {
  const { keys, pages } = await exported();
  const place = mkdtempSync(join(tmpdir(), "witness-audit-"));
  const file = (name, text) => {
    writeFileSync(join(place, name), text);
    return join(place, name);
  };
  const command = fileURLToPath(new URL("../../tools/audit/verify.mjs", import.meta.url));
  const run = (...args) => spawnSync(process.execPath, [command, ...args], { encoding: "utf8" });
  try {
    const lines = pages.map((page) => JSON.stringify(page)).join("\n");
    assert.deepEqual(pagesOf(lines), pages);
    const key = file("keys.json", JSON.stringify(keys));
    const known = file("known.json", JSON.stringify(pages.flatMap((page) => page.checkpoints).at(-1)));
    const good = run(file("export.ndjson", lines), "--key", key, "--known", known);
    assert.equal(good.status, 0, good.stderr);
    assert.match(good.stdout, /the chain holds from place 1/);
    const bad = run(file("bad.ndjson", lines.replace('"outcome":"done"', '"outcome":"refused"')), "--key", key);
    assert.deepEqual([bad.status, /DOES NOT HOLD/.test(bad.stderr)], [1, true]);
    assert.equal(run(file("none", "nothing"), "--key", key).status, 1);
    assert.equal(run().status, 2);
  } finally {
    rmSync(place, { recursive: true });
  }
});
