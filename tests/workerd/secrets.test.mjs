// The age of secrets in the real runtime: the cron trigger, the sealer's object, D1, and the mail that follows.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { administrator, mail } from "./mailbox.mjs";
import { start } from "./worker.mjs";

let worker;
let DB;
let admin;

before(async () => {
  worker = await start();
  ({ DB } = await worker.worker.getEnv());
  admin = await administrator(worker);
});
after(() => worker?.close());

const rows = async (query, ...values) => (await DB.prepare(query).bind(...values).all()).results;

/** Waits until the query gives a row; what it waits for is an alarm of about two seconds. */
async function some(query) {
  for (const end = Date.now() + 30_000; Date.now() < end; ) {
    const found = await rows(query);
    if (found.length > 0) return found;
    await new Promise((done) => setTimeout(done, 100));
  }
  assert.fail(`nothing came of ${query}`);
}

const clock = () => worker.worker.scheduled({ cron: "*/5 * * * *", scheduledTime: new Date() });

test("the clock notices the secrets, and a look at an old one tells the administrators", async () => {
  await clock();
  await some("SELECT name FROM secrets WHERE name = 'VAULT_KEY'");
  const { body } = await admin.get("/api/v1/admin/secrets");
  assert.deepEqual(body.items.map(({ name, state }) => [name, state]), [
    ["CURSOR_SECRET", "current"],
    ["JWT_SECRET", "current"],
    ["VAULT_KEY", "current"],
  ]);
  // A year goes by; the object that looked forgets that it did.
  await DB.prepare("UPDATE secrets SET first_seen = first_seen - 366 * 86400000 WHERE name = 'VAULT_KEY'").run();
  await worker.worker.evictDurableObject("Sealer", { name: "audit" });
  await clock();
  await some("SELECT name FROM secrets WHERE name = 'VAULT_KEY' AND stage = 3");
  const letter = await mail(admin, "secret_ends", "admin@example.com");
  assert.match(letter.text, /^VAULT_KEY should have been replaced by /);
  const [record] = await some("SELECT kind, actor, subject_id FROM audit_records WHERE subject_type = 'secret'");
  assert.deepEqual(record, { kind: "secret.expired", actor: "house", subject_id: "VAULT_KEY" });
  const health = (await admin.get("/api/v1/admin/system/health")).body;
  assert.deepEqual([health.status, health.waiting.secrets_expired], ["degraded", 1]);
  const line = worker.logs().find((entry) => JSON.stringify(entry).includes("upkeep: secret VAULT_KEY: expired"));
  assert.ok(line, "the log has a line");
});
