// tools/backup towards remote databases, which stand-ins for wrangler play; what goes wrong goes wrong here.
import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { unstable_splitSqlQuery } from "wrangler";

import { main as migrate } from "../../tools/migrate/main.mjs";
import { CHUNK, MAGIC } from "../../tools/backup/stream.mjs";
import { KEY, everything, filled, only, root, tool } from "./backup.mjs";
import { THREE, house } from "./migrate.mjs";
import { StandIn } from "./standin.mjs";
import { folder, secret } from "./worker.mjs";

const FILE = "d1 execute --file";
const QUERY = "d1 execute";
const quiet = { print: () => undefined };

let [place, source, target] = [];
beforeEach(() => {
  place = folder();
  [source, target] = [new StandIn(), new StandIn()];
});
afterEach(() => place.remove());

const of = (where) => ["--target", "staging", "--root", where];
const up = (standin, where = root) => migrate(["up", ...of(where)], { run: standin.run, ...quiet });
const to = () => join(place.path, "backups");
const backup = (env = {}, { where = root, ...more } = {}) => tool(["backup", "--to", to(), ...of(where)], { run: source.run, env, ...more });
const restore = (file, env = {}, { where = root, ...more } = {}) =>
  tool(["restore", "--from", file, ...of(where)], { run: target.run, env: { CONFIRM: "yes", ...env }, ...more });

async function made(env = {}, more = {}) {
  const { code, said } = await backup(env, more);
  assert.equal(code, 0, said);
  return only(to());
}

/** The tool has to refuse and to write nothing. */
async function refuses(file, word, env = {}, more = {}) {
  const before = [target.rows("SELECT * FROM sqlite_schema"), target.rows("SELECT total_changes() AS n")];
  const { code, said } = await restore(file, env, more);
  assert.equal(code, 1, said);
  assert.match(said, /nothing was written/);
  assert.match(said, word);
  assert.deepEqual([target.rows("SELECT * FROM sqlite_schema"), target.rows("SELECT total_changes() AS n")], before);
}

test("rows of every table come back page by page, batch by batch, with every trigger, and no statement is too long", async () => {
  await up(source);
  filled(source.database);
  const file = await made({ BACKUP_KEY: KEY }, { bytes: 700 });
  assert.ok(source.commands.filter(({ kind }) => kind === QUERY).length > 60, "many pages");
  const { code, said } = await restore(file, { BACKUP_KEY: KEY }, { size: 3_000 });
  assert.equal(code, 0, said);
  assert.deepEqual(everything(target.database), everything(source.database));
  assert.deepEqual(target.rows("PRAGMA foreign_key_check"), []);
  assert.throws(() => target.database.exec("UPDATE events SET type = 'x'"), /append-only/);
  for (const { text } of target.commands.filter(({ kind }) => kind === FILE)) {
    for (const statement of unstable_splitSqlQuery(text)) assert.ok(Buffer.byteLength(statement) <= 100_000);
  }
  assert.equal(statSync(file).mode & 0o077, 0, "nobody else reads it");
});

test("the configuration is backed up beside the data, with names of secrets and no value", async () => {
  await up(source);
  const file = await made();
  const beside = JSON.parse(readFileSync(file.replace(/\.ndjson$/, ".configuration.json"), "utf8"));
  assert.deepEqual(beside.secrets, ["JWT_SECRET", "VAULT_KEY"]);
  assert.equal(beside.files["wrangler.toml"], readFileSync(join(root, "wrangler.toml"), "utf8"));
  const header = JSON.parse(readFileSync(file, "utf8").split("\n")[0]);
  assert.equal(header.bookmark, "00000001-00000002-0000abcd-ef");
  assert.equal(header.migrations.length, source.rows("SELECT * FROM migrations_applied").length);
  const { said } = await tool(["check", "--from", file]);
  assert.match(said, /whole: staging, .*still: true/);
});

const ODD = {
  "0001_odd.sql": [
    `CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT;
CREATE VIRTUAL TABLE found USING fts5(text, content='notes', content_rowid='id');
CREATE VIRTUAL TABLE alone USING fts5(text);
CREATE TRIGGER noted AFTER INSERT ON notes BEGIN
  INSERT INTO found (rowid, text) VALUES (NEW.id, NEW.text);
  INSERT INTO alone (rowid, text) VALUES (NEW.id, NEW.text);
END;
CREATE TRIGGER unnoted AFTER DELETE ON notes BEGIN
  INSERT INTO found (found, rowid, text) VALUES ('delete', OLD.id, OLD.text);
  DELETE FROM alone WHERE rowid = OLD.id;
END;
CREATE TABLE told (text TEXT);
CREATE TRIGGER telling AFTER INSERT ON notes BEGIN
  INSERT INTO told (text) VALUES (NEW.text);
END;
CREATE TABLE bare (a, b BLOB, "c d" NUMERIC);
CREATE TABLE wide (${Array.from({ length: 70 }, (_, n) => `c${n} INTEGER`).join(", ")}) STRICT;
INSERT INTO notes (id, text) VALUES (1, 'of the migration');
`,
    "DROP TABLE alone;\nDROP TABLE found;\nDROP TABLE notes;\nDROP TABLE told;\nDROP TABLE bare;\nDROP TABLE wide;\n",
  ],
};

test("values of every kind, long rows and tables without a key come back; full-text indexes are made anew", async () => {
  const small = house(ODD);
  try {
    await up(source, small.path);
    source.database.exec(`DELETE FROM notes;
      INSERT INTO notes VALUES (5, 'apple pear'), (3, 'pear'), (9, '${"it''s 日本 🌒 ".repeat(30_000)}quince'), (10, '${"x".repeat(60_000)}');
      DELETE FROM told WHERE text = 'pear';
      INSERT INTO bare VALUES (x'00ff', NULL, 1.0), (9007199254740993, x'', 0.1), ('1', '{"hex":"no"}', -1e300), (3.0, '[', 1), (3.0, '[', 1);
      INSERT INTO wide (c0, c29, c30, c69) VALUES (1, 2, 3, 4), (5, NULL, NULL, 9223372036854775807)`);
    // The first page of notes is full before its last row, and other tables were asked for with it.
    const file = await made({}, { where: small.path, bytes: 50_000 });
    assert.doesNotMatch(readFileSync(file, "utf8"), /"table":"(found|alone)/);
    await up(target, small.path);
    const { code, said } = await restore(file, {}, { where: small.path });
    assert.equal(code, 0, said);
    assert.deepEqual(everything(target.database), everything(source.database));
    for (const index of ["found", "alone"]) {
      const hits = (word) => target.rows(`SELECT rowid FROM ${index} WHERE ${index} MATCH '${word}' ORDER BY rowid`).map(({ rowid }) => rowid);
      assert.deepEqual([hits("pear"), hits("quince"), hits("migration")], [[3, 5], [9], []], index);
      target.database.exec(`INSERT INTO ${index} (${index}) VALUES ('integrity-check')`);
    }
    target.database.exec("INSERT INTO notes (text) VALUES ('fig')");
    assert.equal(target.rows("SELECT * FROM told WHERE text = 'fig'").length, 1, "triggers are awake again");
  } finally {
    small.remove();
  }
});

test("a backup that is cut, changed, reordered or of another key is refused, and nothing is written", async () => {
  await up(source);
  filled(source.database);
  const insert = source.database.prepare("INSERT INTO cache_marks VALUES (?, 1)");
  for (let n = 0; n < 4_000; n += 1) insert.run(`${n} ${"tag ".repeat(20)}`);
  const plain = readFileSync(await made());
  const other = join(place.path, "other");
  const changed = (bytes) => {
    writeFileSync(other, bytes);
    return other;
  };
  const flipped = (bytes, at) => {
    const copy = Buffer.from(bytes);
    copy[at] ^= 1;
    return copy;
  };
  const half = plain.indexOf("\n", plain.length / 2);
  await refuses(changed(plain.subarray(0, half + 1)), /it is cut: its end is missing/);
  await refuses(changed(plain.subarray(0, half - 1)), /it is cut/);
  await refuses(changed(plain.subarray(0, plain.lastIndexOf("\n", plain.length - 2) + 1)), /it is cut: its end is missing/);
  await refuses(changed(flipped(plain, plain.indexOf("tag tag"))), /it was changed/);
  await refuses(changed(Buffer.concat([plain, Buffer.from("[]\n")])), /it was changed/);
  await refuses(changed("{}\n"), /it is no backup/);
  assert.match((await restore(join(place.path, "absent"))).said, /absent is not there/);

  assert.equal((await backup({ BACKUP_KEY: KEY })).code, 0);
  const sealed = readFileSync(join(to(), readdirSync(to()).find((name) => name.endsWith(".sealed"))));
  const env = { BACKUP_KEY: KEY };
  const [head, step] = [MAGIC.length + 32, CHUNK + 16];
  const chunk = (n) => sealed.subarray(head + n * step, head + (n + 1) * step);
  assert.ok(sealed.length > head + 3 * step, "several chunks");
  await refuses(changed(sealed), /BACKUP_KEY has to be set/);
  await refuses(changed(sealed), /BACKUP_KEY is not the one/, { BACKUP_KEY: secret() });
  await refuses(changed(sealed.subarray(0, head + 2 * step)), /it is cut: its end is missing/, env);
  await refuses(changed(sealed.subarray(0, head + 2 * step + 5)), /it is cut: its end is missing/, env);
  await refuses(changed(sealed.subarray(0, head + 2 * step + 500)), /it was changed, or cut/, env);
  await refuses(changed(sealed.subarray(0, head - 1)), /it is cut/, env);
  await refuses(changed(flipped(sealed, head + step + 9)), /it was changed, or cut, 65536 bytes/, env);
  await refuses(changed(flipped(sealed, head - 1)), /BACKUP_KEY is not the one/, env);
  await refuses(changed(Buffer.concat([sealed.subarray(0, head), chunk(1), chunk(0), sealed.subarray(head + 2 * step)])), /changed/, env);
  await refuses(changed(Buffer.concat([sealed.subarray(0, head + step), sealed.subarray(head + 2 * step)])), /it was changed, or cut/, env);
  assert.equal((await backup({ BACKUP_KEY: "short" })).code, 1);
  assert.deepEqual(target.commands, [], "the database was not even asked");
});

test("a backup goes only into an empty database of the same migrations, and only after a yes", async () => {
  const small = house();
  const where = small.path;
  try {
    await up(source, where);
    source.database.exec("INSERT INTO people (name) VALUES ('Ada')");
    const file = await made({}, { where });
    await refuses(file, /CONFIRM=yes/, { CONFIRM: "" }, { where });

    small.write("0002_notes.sql", `${readFileSync(join(where, "migrations/0002_notes.sql"), "utf8")}-- more\n`);
    await refuses(file, /0002_notes\.sql has another text here/, {}, { where });
    small.drop("0002_notes.sql");
    await refuses(file, /0002_notes\.sql is not here/, {}, { where });
    small.write("0002_notes.sql", THREE["0002_notes.sql"][0]);
    small.write("0003_late.sql", "CREATE TABLE late (x);\n", "DROP TABLE late;\n");
    await refuses(file, /0003_late\.sql is not in the backup/, {}, { where });
    small.drop("0003_late.sql");

    await up(target, where);
    target.database.exec("UPDATE notes SET text = 'mine'");
    await refuses(file, /the database is not empty[^]*notes: 1/, {}, { where });
    target.database.exec("UPDATE notes SET text = 'it''s; --'");
    target.database.exec("INSERT INTO people (name) VALUES ('Eve')");
    await refuses(file, /the database is not empty[^]*people: 1/, {}, { where });
    target.database.exec("DELETE FROM people");

    small.write("0005_more.sql", "ALTER TABLE people ADD COLUMN more TEXT DEFAULT 'new';\n", "ALTER TABLE people DROP COLUMN more;\n");
    const { code, said } = await restore(file, {}, { where });
    assert.equal(code, 0, said);
    assert.deepEqual(target.rows("SELECT name, more FROM people"), [{ name: "Ada", more: "new" }], "then it migrates up");
    assert.equal(target.rows("SELECT * FROM notes").length, 1, "what migrations bring is there once");

    target = new StandIn();
    await up(target, where);
    await refuses(file, /migrations that the backup has not: 0005_more\.sql/, {}, { where });
  } finally {
    small.remove();
  }
});

test("a restore that is interrupted anywhere goes on where it stopped, and doubles nothing", async () => {
  await up(source);
  filled(source.database);
  const file = await made();
  const wanted = everything(source.database);
  const more = { size: 6_000 };
  for (const kind of ["before", "lost"]) {
    target = new StandIn();
    let [failures, runs] = [0, 0];
    let seen = 0;
    // Each batch fails once.
    target.trouble = (command, text) => {
      if (command !== FILE || !/INSERT INTO backup_restore/.test(text) || text.includes("CREATE TABLE backup_restore")) return undefined;
      const batch = text.slice(text.indexOf("PRAGMA"));
      if (seen === batch) return undefined;
      seen = batch;
      failures += 1;
      if (kind === "lost") return "lost";
      throw new Error("the line is dead");
    };
    let answer;
    do {
      answer = await restore(file, {}, more);
      runs += 1;
      if (answer.code === 0) continue;
      assert.match(answer.said, /interrupted: the line is dead[^]*\d+ of \d+ rows are in[^]*goes on from there/);
      if (runs === 2) {
        const another = join(place.path, "another");
        const second = await tool(["backup", "--to", another, ...of(root)], { run: source.run, now: () => Date.now() + 5_000 });
        assert.equal(second.code, 0, second.said);
        await refuses(only(another), /the restore of another backup was begun there/);
      }
    } while (answer.code !== 0 && runs < 100);
    assert.ok(failures > 5, `${failures} batches`);
    assert.equal(runs, kind === "lost" ? 1 : failures + 1);
    assert.deepEqual(everything(target.database), wanted);
  }
});

test("what is written while a backup is made tears nothing apart", async () => {
  await up(source);
  filled(source.database);
  const sql = (text) => source.database.exec(text);
  sql("PRAGMA foreign_keys = ON");
  sql("DELETE FROM audit_head; INSERT INTO audit_head (id, seq, hash) SELECT 1, coalesce(max(seq), 0), 'h' FROM audit_records");
  const record = (id, seq) =>
    sql(`INSERT INTO audit_records (id, at, kind, outcome, actor, subject_type, subject_id, source, request_id, personal, seq, commitment, hash)
      VALUES ('${id}', 1, 'k', 'done', 'a', 's', 's', 's', 'r', 'p', ${seq ?? "NULL"}, ${seq ? "'c'" : "NULL"}, ${seq ? "'h'" : "NULL"})`);
  for (const id of ["w1", "w2"]) record(id);
  const [{ seq: sealed }] = source.rows("SELECT seq FROM audit_head");
  const USERS = "INSERT INTO users (id, email, email_key, password_hash, created_at, updated_at) VALUES";
  for (let n = 0; n < 40; n += 1) sql(`${USERS} ('u${n}', 'e', 'e${n}', '', 0, 0)`);
  sql("INSERT INTO user_keys VALUES ('u3', 'w', 0); INSERT INTO circles VALUES ('c0', 'c', 'u3', 0, 0, 1)");

  // Between any two commands of the backup somebody registers and joins a circle, somebody leaves, the sealer works.
  let step = 0;
  let erased = false;
  source.trouble = (kind, text) => {
    if (kind !== QUERY || !text.includes("row_number()")) return undefined;
    step += 1;
    sql(`${USERS} ('new${step}', 'e', 'new${step}', '', 0, 0)`);
    sql(`INSERT INTO profiles (user_id, created_at, updated_at) VALUES ('new${step}', 0, 0)`);
    sql(`INSERT INTO circles VALUES ('new${step}', 'c', 'x', 0, 0, 1)`);
    sql(`INSERT INTO circle_members VALUES ('new${step}', 'u1', 'owner', 0, 0, 1), ('c0', 'new${step}', 'guest', 0, 0, 1)`);
    record(`a${step}`, sealed + step);
    record(`z${step}`);
    sql(`UPDATE audit_head SET seq = ${sealed + step}`);
    // When the row of the account is read already, and what belongs to it is not.
    if (!erased && text.includes('FROM "profiles"')) sql("INSERT INTO erasures (user_id, requested_at, completed_at) VALUES ('u3', 1, 2); DELETE FROM users WHERE id = 'u3'; DELETE FROM user_keys WHERE user_id = 'u3'");
    erased ||= text.includes('FROM "profiles"');
    return undefined;
  };
  const file = await made({}, { bytes: 900 });
  assert.ok(step > 30, `${step} commands`);
  const { code, said } = await restore(file);
  assert.equal(code, 0, said);
  const rows = (text) => target.rows(text);
  assert.deepEqual(rows("PRAGMA foreign_key_check"), []);
  for (const table of ["users", "circles"]) assert.deepEqual(rows(`SELECT id FROM ${table} WHERE id LIKE 'new%'`), [], table);
  assert.deepEqual(rows("SELECT * FROM circle_members WHERE circle_id LIKE 'new%' OR user_id LIKE 'new%'"), []);
  assert.equal(rows("SELECT count(*) AS n FROM users WHERE id LIKE 'u%' AND length(id) < 4")[0].n, 39, "who was there is there, but for the erased one");
  assert.deepEqual(rows("SELECT id FROM users WHERE id = 'u3' UNION SELECT user_id FROM user_keys WHERE user_id = 'u3'"), []);
  assert.deepEqual(rows("SELECT completed_at FROM erasures WHERE user_id = 'u3'"), [{ completed_at: null }], "the eraser goes over it again");
  const [head] = rows("SELECT seq, (SELECT max(seq) FROM audit_records) AS newest, (SELECT count(*) FROM audit_records WHERE seq > 0) AS sealed FROM audit_head");
  assert.equal(head.seq, head.newest, "the head is that of the last record");
  assert.equal(rows(`SELECT count(*) AS n FROM audit_records WHERE seq > ${sealed}`)[0].n, head.seq - sealed, "no link is missing");
  assert.equal(JSON.parse(readFileSync(file, "utf8").split("\n").at(-3)).end.still, false);
});

test("no statement of the house puts a row in the place of another, on which the order of rowids rests", () => {
  const sources = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" }).filter((name) => /\.(sql|rs)$/.test(name));
  assert.ok(sources.filter((name) => name.endsWith(".sql")).length > 100);
  const found = sources.filter((name) => /\b(INSERT|UPDATE)\s+OR\s+REPLACE\b|\bREPLACE\s+INTO\b/i.test(readFileSync(join(root, "src", name), "utf8")));
  assert.deepEqual(found, []);
});

test("a backup begins again when what it stands on is removed, and leaves no half of a file", async () => {
  await up(source);
  filled(source.database);
  let times = 0;
  const insert = () => source.database.exec(`INSERT INTO circles VALUES ('newest${times}', 'c', 'x', 0, 0, 1)`);
  insert();
  source.trouble = (kind, text) => {
    if (kind !== QUERY || !text.includes("row_number()") || times === 2) return;
    source.database.exec(`DELETE FROM circles WHERE id = 'newest${times}'`);
    times += 1;
    insert();
  };
  const { code, said } = await backup({}, { bytes: 900 });
  assert.equal(code, 0, said);
  assert.match(said, /the newest row of circles was removed meanwhile: it begins again/);
  assert.equal(readdirSync(to()).filter((name) => name.includes(".ndjson")).length, 1);

  let pages = 0;
  source.trouble = (kind, text) => {
    if (kind === QUERY && text.includes("row_number()") && (pages += 1) > 3) throw new Error("fetch failed");
  };
  const failed = await tool(["backup", "--to", join(place.path, "none"), ...of(root)], { run: source.run, bytes: 900 });
  assert.equal(failed.code, 1);
  assert.match(failed.said, /fetch failed/);
  assert.deepEqual(readdirSync(join(place.path, "none")), []);
  assert.ok(!existsSync(join(place.path, "none.part")));
});
