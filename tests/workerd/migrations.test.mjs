// The migrations of the house up and down on D1 with rows in every table.
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { afterEach, beforeEach, test } from "node:test";
import { fileURLToPath } from "node:url";
import { Miniflare, convertV4MiniflareOptions } from "miniflare";
import { unstable_splitSqlQuery } from "wrangler";

import { read } from "../../tools/migrate/files.mjs";
import { lost } from "../../tools/migrate/statements.mjs";
import { ROWS, fill } from "./rows.mjs";

process.env.CLOUDFLARE_CF_FETCH_ENABLED ??= "false";

const folder = fileURLToPath(new URL("../../migrations", import.meta.url));
const migrations = read(folder);

let miniflare;
let database;
beforeEach(async () => {
  const script = "export default { fetch: () => new Response() }";
  miniflare = new Miniflare(convertV4MiniflareOptions({ modules: true, script, d1Databases: { DB: "migrations" }, cf: false }));
  database = await miniflare.getD1Database("DB");
});
afterEach(() => miniflare.dispose());

/** Runs a text as wrangler does: its statements as one batch. */
const run = (text) => database.batch(unstable_splitSqlQuery(text).map((sql) => database.prepare(sql)));
const rowsOf = async (sql) => (await database.prepare(sql).all()).results;

/** Every object of the schema with its text; D1's own are left out. */
async function schema() {
  const rows = await rowsOf(
    "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE name NOT LIKE '\\_cf\\_%' ESCAPE '\\' ORDER BY type, name",
  );
  return Object.fromEntries(rows.map(({ type, name, tbl_name, sql }) => [`${type} ${name}`, { tbl_name, sql }]));
}

/** All rows of all tables, in the order of their text. */
async function contents() {
  const tables = Object.keys(await schema()).flatMap((name) => /^table (?!sqlite_)(.+)$/.exec(name)?.[1] ?? []);
  if (tables.length === 0) return {};
  const answers = await database.batch(tables.map((table) => database.prepare(`SELECT * FROM ${table}`)));
  const sorted = (rows) => rows.map((row) => JSON.stringify(Object.entries(row))).sort();
  return Object.fromEntries(
    answers.map(({ results }, at) => [tables[at], sorted(results).map((row) => Object.fromEntries(JSON.parse(row)))]),
  );
}

/** The part of these contents that a migration leaves alone: no table that it drops, no column that it takes away. */
function untouched(found, { tables, columns }) {
  const kept = Object.entries(found).filter(([table]) => !tables.includes(table));
  const gone = (table, column) => columns.some((lost) => lost.table === table && lost.column === column);
  const rest = (table) => (row) => JSON.stringify(Object.entries(row).filter(([column]) => !gone(table, column)));
  return Object.fromEntries(kept.map(([table, rows]) => [table, rows.map(rest(table)).sort()]));
}

async function filled() {
  const { statements, counts } = fill(migrations.map(({ text }) => text), 24);
  await run(`${statements.join(";\n")};\n`);
  return counts;
}

test("every migration has a way back, and every way back a migration", () => {
  assert.deepEqual(migrations.filter(({ back }) => back === undefined).map(({ name }) => name), []);
  assert.deepEqual(readdirSync(`${folder}/down`).sort(), migrations.map(({ name }) => name));
});

test("with rows in every table each migration goes down and up again: equal schema, equal rows", async () => {
  const empty = await schema();
  for (const { text } of migrations) await run(text);
  const counts = await filled();
  const scarce = Object.entries(counts).filter(([, count]) => count < ROWS);
  assert.deepEqual(scarce, [["audit_head", 1]], "a check of its own allows audit_head one row");
  const whole = await schema();

  const seen = new Set();
  let [form, rows] = [whole, await contents()];
  assert.deepEqual(Object.keys(rows).sort(), Object.keys(counts).sort());
  for (const { name, text, back } of migrations.toReversed()) {
    const taken = lost(back);
    await run(back);
    const [without, rest] = [await schema(), await contents()];
    assert.notDeepEqual(without, form, `${name}: its way back changes something`);
    // Rows that the migration itself brought may go, as long as they come again.
    const less = { ...taken, tables: [...taken.tables, ...taken.thinned] };
    assert.deepEqual(untouched(rest, less), untouched(rows, less), `${name}: its way back keeps the rest`);
    await run(text);
    assert.deepEqual(await schema(), form, `${name}: down and up is the same schema`);
    assert.deepEqual(untouched(await contents(), taken), untouched(rows, taken), `${name}: down and up are the same rows`);
    for (const table of Object.keys(untouched(rows, taken))) if (rows[table].length > 0) seen.add(table);
    // On to the one before, with what it has.
    await run(back);
    assert.deepEqual(await schema(), without, `${name}: its way back ends where it did before`);
    [form, rows] = [without, rest];
  }
  assert.deepEqual(await schema(), empty, "all the way back nothing is left");
  // What the newest migration makes is gone before another one is tried.
  const never = Object.keys(counts).filter((table) => !seen.has(table));
  assert.deepEqual(never, lost(migrations.at(-1).back).tables, "every table had rows to lose");

  for (const { text } of migrations) await run(text);
  assert.deepEqual(await schema(), whole);
});

test("with rows in every table all migrations go down in a row and up again", async () => {
  for (const { text } of migrations) await run(text);
  const whole = await schema();
  const fresh = await contents();
  await filled();
  for (const { back } of migrations.toReversed()) await run(back);
  assert.deepEqual(Object.keys(await contents()), []);
  for (const { text } of migrations) await run(text);
  assert.deepEqual(await schema(), whole);
  assert.deepEqual(await contents(), fresh, "what is there are the rows that migrations bring");
});
