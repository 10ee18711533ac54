// tools/migrate towards a remote database, which a stand-in for wrangler plays; what goes wrong goes wrong here.
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";

import { checksum } from "../../tools/migrate/files.mjs";
import { main } from "../../tools/migrate/main.mjs";
import { THREE, house } from "./migrate.mjs";
import { StandIn } from "./standin.mjs";

const NAMES = Object.keys(THREE);
const FILE = "d1 execute --file";

let place;
let remote;
beforeEach(() => {
  place = house();
  remote = new StandIn();
});
afterEach(() => place.remove());

/** Runs the tool; answers with its exit code and all that it said. */
async function tool(line, env = {}) {
  const said = [];
  const print = (text) => said.push(text);
  const argv = [...line.split(" "), "--target", "staging", "--root", place.path];
  const code = await main(argv, { run: remote.run, print, complain: print, env, now: () => 1_767_225_600_000 });
  return { code, said: said.join("\n") };
}

/** The tool has to refuse, change nothing, and say this. */
async function refuses(line, ...words) {
  const [changes, schema] = [remote.changes().length, remote.rows("SELECT * FROM sqlite_schema")];
  const { code, said } = await tool(line);
  assert.equal(code, 1, said);
  for (const word of words) assert.match(said, word);
  assert.equal(remote.changes().length, changes, "nothing that changes anything was called");
  assert.deepEqual(remote.rows("SELECT * FROM sqlite_schema"), schema);
  return said;
}

const applied = () => remote.rows("SELECT name FROM d1_migrations ORDER BY id").map(({ name }) => name);
const records = () => remote.rows("SELECT name, sha256, origin FROM migrations_applied ORDER BY name");
const recorded = (origin, ...names) => names.map((name) => ({ name, sha256: checksum(THREE[name][0]), origin }));

test("migrations are applied in order and recorded, the bookmark comes first, and a second run changes nothing", async () => {
  const { code, said } = await tool("up");
  assert.equal(code, 0, said);
  assert.deepEqual(remote.changes(), ["d1 time-travel info", "d1 migrations list", FILE, FILE, FILE]);
  for (const { args } of remote.commands) assert.equal(args[args.indexOf("--env") + 1], "staging", args.join(" "));
  assert.match(said, /npx wrangler d1 time-travel restore DB --env staging --bookmark=00000001-00000002-0000abcd-ef/);
  assert.deepEqual(applied(), NAMES);
  assert.deepEqual(records(), recorded("applied", ...NAMES));
  const before = remote.changes().length;
  assert.deepEqual(await tool("up"), { code: 0, said: "staging: 3 migrations, nothing to apply" });
  assert.equal(remote.changes().length, before);
});

test("without a bookmark nothing is changed", async () => {
  remote.trouble = (kind) => {
    if (kind === "d1 time-travel info") throw new Error("not authorised");
  };
  const { code, said } = await tool("up");
  assert.equal(code, 1);
  assert.match(said, /nothing was changed: .*bookmark.*not authorised/);
  assert.deepEqual(remote.rows("SELECT name FROM sqlite_schema"), []);
});

test("history that was edited is refused: a changed file, a missing one, one that comes too late", async () => {
  await tool("up");
  place.write("0002_notes.sql", `${THREE["0002_notes.sql"][0]}-- more\n`);
  await refuses("up", /0002_notes\.sql was edited after it was applied \(2026-01-01 00:00:00 UTC, sha256 then/, /make rollback TO=0001/);
  place.write("0002_notes.sql", THREE["0002_notes.sql"][0].replaceAll("\n", "\r\n"));
  assert.equal((await tool("up")).code, 0, "line endings of another system are no edit");
  place.write("0002_notes.sql", THREE["0002_notes.sql"][0]);

  place.drop("0001_people.sql");
  await refuses("up", /0001_people\.sql was applied \(.*\) and its file is gone/, /Bring it back/);
  place.write("0001_people.sql", THREE["0001_people.sql"][0]);

  place.write("0003_late.sql", "CREATE TABLE late (x);\n", "DROP TABLE late;\n");
  await refuses("up", /0003_late\.sql is new and sorts before 0004_names\.sql/, /Give it a number after 0004/);
  place.drop("0003_late.sql");
  assert.equal((await tool("up")).code, 0, "a gap in the numbers is none of these");
});

test("a file that is not fit to be applied is refused before any is", async () => {
  const CASES = [
    ["0005_x.sql", "CREATE TABLE x (y);\n", undefined, /0005_x\.sql has no way back/],
    ["0005_x.sql", "CREATE TABLE x (y) -- ;\n", "DROP TABLE x;\n", /0005_x\.sql does not end with a semicolon/],
    ["0005_x.sql", "CREATE TABLE x (y);\n", "DROP TABLE x\n", /down\/0005_x\.sql does not end with a semicolon/],
    ["0004_x.sql", "CREATE TABLE x (y);\n", "DROP TABLE x;\n", /0004_names\.sql and 0004_x\.sql have one number/],
    ["5_x.sql", "CREATE TABLE x (y);\n", "DROP TABLE x;\n", /5_x\.sql is not called NNNN_name\.sql/],
  ];
  for (const [name, up, back, word] of CASES) {
    place.write(name, up, back);
    await refuses("up", /^nothing was changed:/, word);
    place.drop(name);
    if (back !== undefined) place.drop(name, true);
  }
});

test("a migration that fails in the middle is named, nothing of it stays, and the next run goes on from there", async () => {
  place.write("0002_notes.sql", "CREATE TABLE notes (x);\nCREATE TABLE people (again);\n");
  const { code, said } = await tool("up");
  assert.equal(code, 1);
  assert.match(said, /0002_notes\.sql failed, and nothing of it stays: table people already exists: SQLITE_ERROR/);
  assert.match(said, /applied before it: 0001_people\.sql\n/);
  assert.match(said, /not applied: 0002_notes\.sql, 0004_names\.sql\n/);
  assert.match(said, /time-travel restore/);
  assert.deepEqual(applied(), ["0001_people.sql"]);
  assert.deepEqual(remote.rows("SELECT name FROM sqlite_schema WHERE name = 'notes'"), []);
  place.write("0002_notes.sql", THREE["0002_notes.sql"][0]);
  assert.equal((await tool("up")).code, 0);
  assert.deepEqual(applied(), NAMES);
  assert.deepEqual(records(), recorded("applied", ...NAMES));
});

test("an answer that was lost after the work was done is no failure", async () => {
  remote.trouble = (kind, text) => (kind === FILE && text.includes("CREATE TABLE notes") ? "lost" : undefined);
  assert.equal((await tool("up")).code, 0);
  assert.deepEqual(applied(), NAMES);
});

test("what somebody applies by wrangler at the same moment is adopted", async () => {
  // The other one comes between what this one read and what it sends.
  remote.trouble = (kind, text) => {
    if (kind !== FILE || !text.includes("CREATE TABLE notes") || applied().includes("0002_notes.sql")) return;
    remote.plainly("0002_notes.sql", THREE["0002_notes.sql"][0]);
  };
  const { code, said } = await tool("up");
  assert.equal(code, 0, said);
  assert.match(said, /adopted, .*: 0002_notes\.sql/);
  assert.deepEqual(applied(), NAMES);
  assert.deepEqual(records(), [...recorded("applied", NAMES[0]), ...recorded("adopted", NAMES[1]), ...recorded("applied", NAMES[2])]);
});

test("when the database answers no more, nobody claims to know what is applied", async () => {
  let gone = false;
  remote.trouble = (kind, text) => {
    gone ||= kind === FILE && text.includes("CREATE TABLE notes");
    if (gone) throw new Error("fetch failed");
  };
  const { code, said } = await tool("up");
  assert.equal(code, 1);
  assert.match(said, /0002_notes\.sql: fetch failed.*\n.*make migrations TARGET=staging/);
  gone = false;
  remote.trouble = () => undefined;
  assert.equal((await tool("up")).code, 0);
  assert.deepEqual(applied(), NAMES);
});

test("a database that wrangler migrated by itself is adopted with the checksums of now, and says so", async () => {
  for (const name of NAMES.slice(0, 2)) remote.plainly(name, THREE[name][0]);
  const status = await tool("status");
  assert.equal(status.code, 0);
  assert.match(status.said, /0001_people\.sql +not recorded/);
  assert.match(status.said, /0004_names\.sql +pending/);
  const { code, said } = await tool("up");
  assert.equal(code, 0, said);
  assert.match(said, /adopted, with the checksums of now, .*: 0001_people\.sql, 0002_notes\.sql/);
  assert.deepEqual(records(), [...recorded("adopted", ...NAMES.slice(0, 2)), ...recorded("applied", NAMES[2])]);
  place.write("0001_people.sql", "CREATE TABLE others (x);\n");
  await refuses("up", /0001_people\.sql was edited .* when it was adopted/);
});

test("status tells each file's state, and fails where history was edited", async () => {
  await tool("up");
  place.write("0005_more.sql", "CREATE TABLE more (x);\n", "DROP TABLE more;\n");
  const whole = await tool("status");
  assert.equal(whole.code, 0);
  const sum = checksum(THREE["0001_people.sql"][0]).slice(0, 12);
  assert.ok(whole.said.includes(`0001_people.sql  applied  ${sum}  2026-01-01 00:00:00 UTC\n`), whole.said);
  assert.match(whole.said, /0005_more\.sql +pending/);
  assert.match(whole.said, /staging: 3 applied, 1 pending$/);
  place.write("0004_names.sql", "SELECT 1;\n");
  place.drop("0001_people.sql");
  await refuses("status", /0001_people\.sql +missing/, /0004_names\.sql +edited/);
});

test("a rollback says what it would take, waits for a yes, and takes back newest first", async () => {
  await tool("up");
  remote.database.exec("INSERT INTO people (id, name) VALUES (1, 'Ada'), (2, 'Bo'), (3, 'Cy')");
  remote.database.exec("INSERT INTO notes (person) VALUES (1), (2)");
  const said = await refuses("down --to 0001", /comes back to 0001: 0004_names\.sql, 0002_notes\.sql\n/, /CONFIRM=yes/);
  assert.match(said, /notes: 3 rows\n/);
  assert.match(said, /people\.notes: 2 values\n/);
  const done = await tool("down --to 0001", { CONFIRM: "yes" });
  assert.equal(done.code, 0, done.said);
  assert.match(done.said, /staging: 2 migrations taken back, 1 left$/);
  assert.deepEqual(remote.changes().slice(-3), ["d1 time-travel info", FILE, FILE]);
  assert.deepEqual(applied(), ["0001_people.sql"]);
  assert.deepEqual(records(), recorded("applied", "0001_people.sql"));
  assert.deepEqual(remote.rows("SELECT * FROM people"), [{ id: 1, name: "Ada" }, { id: 2, name: "Bo" }, { id: 3, name: "Cy" }]);
  assert.deepEqual(await tool("down --to 0001", { CONFIRM: "yes" }), { code: 0, said: "staging: nothing was applied after 0001" });
  assert.equal((await tool("up")).code, 0);
  assert.deepEqual(applied(), NAMES);
});

test("rows that a way back deletes are counted too", async () => {
  place.write("0005_first.sql", "INSERT INTO people (name) VALUES ('first');\n", "DELETE FROM people WHERE name = 'first';\n");
  await tool("up");
  remote.database.exec("INSERT INTO people (name) VALUES ('Ada')");
  await refuses("down --to 0004", /people: some of 2 rows\n/, /CONFIRM=yes/);
});

test("a rollback that cannot go the whole way does not begin", async () => {
  await tool("up");
  place.drop("0002_notes.sql", true);
  await refuses("down --to 0000", /there is no whole way back in migrations\/down\/0002_notes\.sql/);
  for (const to of ["0003", "2", "0009", "all"]) await refuses(`down --to ${to}`, /0001 0002 0004, or 0000/);
  await refuses("down", /TO has to be the number of an applied migration/);
});

test("a way back that fails leaves its migration whole and says which are gone", async () => {
  place.write("0002_notes.sql", THREE["0002_notes.sql"][0], "DROP TABLE notes;\nDROP TABLE absent;\n");
  await tool("up");
  const { code, said } = await tool("down --to 0000", { CONFIRM: "yes" });
  assert.equal(code, 1);
  assert.match(said, /0002_notes\.sql failed, and nothing of it stays: no such table: absent/);
  assert.match(said, /taken back before it: 0004_names\.sql\n/);
  assert.match(said, /still there: 0002_notes\.sql, 0001_people\.sql/);
  assert.deepEqual(applied(), ["0001_people.sql", "0002_notes.sql"]);
  assert.equal(remote.rows("SELECT * FROM notes").length, 1);
});

test("the way back of the tool's own table keeps the records of what is still there", async () => {
  const own = "0005_migrations_applied.sql";
  const { RECORDS } = await import("../../tools/migrate/statements.mjs");
  place.write(own, RECORDS, "DROP TABLE migrations_applied;\n");
  await tool("up");
  assert.equal(records().length, 4);
  assert.equal((await tool("down --to 0002", { CONFIRM: "yes" })).code, 0);
  assert.deepEqual(records(), recorded("applied", ...NAMES.slice(0, 2)));
});
