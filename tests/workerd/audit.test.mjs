// The audit log in the real runtime: the sealer's object, its alarm and the cron trigger behind it, and triggers of
// SQLite in D1.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, test } from "node:test";

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
