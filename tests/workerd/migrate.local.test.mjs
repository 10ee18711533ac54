// tools/migrate on local D1, through wrangler itself.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";

import { read } from "../../tools/migrate/files.mjs";
import { THREE, house } from "./migrate.mjs";
import { folder } from "./worker.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const WRANGLER = join(root, "node_modules/.bin/wrangler");
const NAMES = Object.keys(THREE);

/** Runs a program to its end: exit code and all that it said. */
const run = (program, args, cwd = root) =>
  new Promise((resolve) => {
    const env = { ...process.env, CI: "1", WRANGLER_SEND_METRICS: "false", CLOUDFLARE_CF_FETCH_ENABLED: "false" };
    execFile(program, args, { cwd, env }, (error, stdout, stderr) => resolve({ code: error?.code ?? 0, said: stdout + stderr }));
  });

const tool = (state, ...args) => run(process.execPath, [join(root, "tools/migrate/main.mjs"), ...args, "--persist-to", state]);

/** The SQLite file of the only database in this folder of state, opened for `work`. */
function opened(state, work) {
  const place = join(state, "v3/d1");
  const files = readdirSync(place, { recursive: true, encoding: "utf8" });
  const [name, ...more] = files.filter((file) => file.endsWith(".sqlite") && !file.endsWith("metadata.sqlite"));
  assert.deepEqual(more, []);
  const database = new DatabaseSync(join(place, name));
  try {
    return work(database);
  } finally {
    database.close();
  }
}
const rowsOf = (state, sql) => opened(state, (database) => database.prepare(sql).all().map((row) => ({ ...row })));
const applied = (state) => rowsOf(state, "SELECT name FROM d1_migrations ORDER BY id").map(({ name }) => name);
const SCHEMA = "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE name NOT LIKE '\\_cf\\_%' ESCAPE '\\' ORDER BY type, name";

// Most of the time goes into starts of wrangler, one after the other.
describe("migrations through wrangler", { concurrency: true }, () => {
  test("the tool makes the schema that wrangler alone makes, and adopts a database that wrangler made", async () => {
    const [mine, its] = [folder(), folder()];
    try {
      const [ours, wranglers] = await Promise.all([
        tool(mine.path, "up"),
        run(WRANGLER, ["d1", "migrations", "apply", "DB", "--local", "--persist-to", its.path]),
      ]);
      assert.equal(ours.code, 0, ours.said);
      assert.equal(wranglers.code, 0, wranglers.said);
      const schema = rowsOf(its.path, SCHEMA);
      assert.ok(schema.length > 100, `${schema.length} objects`);
      assert.deepEqual(rowsOf(mine.path, SCHEMA), schema);
      const files = read(join(root, "migrations")).map(({ name, sha256 }) => ({ name, sha256 }));
      assert.deepEqual([applied(mine.path), applied(its.path)], Array(2).fill(files.map(({ name }) => name)));

      const again = await tool(its.path, "up");
      assert.equal(again.code, 0, again.said);
      assert.match(again.said, /adopted, with the checksums of now/);
      const RECORDS = "SELECT name, sha256, origin FROM migrations_applied ORDER BY name";
      assert.deepEqual(rowsOf(mine.path, RECORDS), files.map((file) => ({ ...file, origin: "applied" })));
      assert.deepEqual(rowsOf(its.path, RECORDS), files.map((file) => ({ ...file, origin: "adopted" })));
      assert.deepEqual(rowsOf(its.path, SCHEMA), schema);
    } finally {
      mine.remove();
      its.remove();
    }
  });

  test("a local database survives a failing migration, refuses edited history, and comes back with and without its rows", async () => {
    const place = house();
    const state = join(place.path, "state");
    const small = (...args) => tool(state, ...args, "--root", place.path);
    try {
      place.write("0002_notes.sql", "CREATE TABLE notes (x);\nCREATE TABLE people (again);\n");
      const failed = await small("up");
      assert.equal(failed.code, 1);
      assert.match(failed.said, /0002_notes\.sql failed, and nothing of it stays: table people already exists/);
      assert.match(failed.said, /applied before it: 0001_people\.sql\n +not applied: 0002_notes\.sql, 0004_names\.sql/);
      assert.deepEqual(applied(state), ["0001_people.sql"]);
      opened(state, (database) => database.exec("INSERT INTO people (id, name) VALUES (1, 'Ada')"));

      place.write("0002_notes.sql", THREE["0002_notes.sql"][0]);
      const whole = await small("up");
      assert.equal(whole.code, 0, whole.said);
      assert.match(whole.said, /applied: 0002_notes\.sql, 0004_names\.sql\n/);
      assert.deepEqual(applied(state), NAMES);
      opened(state, (database) => database.exec("INSERT INTO notes (person, text) VALUES (1, 'hers')"));
      assert.deepEqual(rowsOf(state, "SELECT * FROM people"), [{ id: 1, name: "Ada", notes: 1 }]);
      assert.deepEqual(await small("up", "--quick"), { code: 0, said: "" });

      place.write("0004_names.sql", "SELECT 1;\n");
      const refused = await small("up", "--quick");
      assert.equal(refused.code, 1);
      assert.match(refused.said, /nothing was changed:\n0004_names\.sql was edited after it was applied/);
      place.write("0004_names.sql", THREE["0004_names.sql"][0]);

      const back = await small("down", "--to", "0001");
      assert.equal(back.code, 0, back.said);
      assert.match(back.said, /notes: 2 rows\n +people\.notes: 1 value\n/);
      assert.deepEqual(applied(state), ["0001_people.sql"]);
      assert.deepEqual(rowsOf(state, "SELECT * FROM people"), [{ id: 1, name: "Ada" }]);
      assert.ok(!existsSync(join(state, "v3/d1/.witness-migrations")), "the next start asks the database again");

      const [, restore] = /this undoes what follows:\n +(.+)\n/.exec(back.said);
      assert.equal((await run("sh", ["-c", restore])).code, 0);
      assert.deepEqual(applied(state), NAMES);
      assert.deepEqual(rowsOf(state, "SELECT text FROM notes ORDER BY id"), [{ text: "it's; --" }, { text: "hers" }]);
    } finally {
      place.remove();
    }
  });
});
