// Rows for every table of a schema, made from what the schema itself says of them: types, keys, checks, triggers.
//
// Values are drawn from a seed and tried on a copy of the schema in SQLite; what its constraints refuse is drawn again.
// The statements that went through make the same rows elsewhere.
import { DatabaseSync } from "node:sqlite";

/** Rows that each table gets at least, unless its checks allow fewer. */
export const ROWS = 4;
const TRIES = 400;

/** Numbers from 0 up to 1 that follow from the seed (mulberry32). */
function randomOf(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function literal(value) {
  if (value === null) return "NULL";
  if (typeof value === "string") return `'${value.replaceAll("'", "''")}'`;
  return String(value);
}

/** The values that `CHECK (column IN (...))` names. */
function listed(sql, column) {
  const list = new RegExp(`\\b${column} IN \\(([^()]*)\\)`).exec(sql)?.[1];
  return list?.match(/'[^']*'|-?\d+/g)?.map((text) => (text.startsWith("'") ? text.slice(1, -1) : Number(text)));
}

function valueOf({ table, column, random, count }) {
  const pick = (list) => list[Math.floor(random() * list.length)];
  if (!column.notnull && !column.pk && random() < 0.3) return null;
  const reference = table.references.find(({ from }) => from === column.name);
  if (reference) return reference.keys.length > 0 ? pick(reference.keys) : null;
  const choices = listed(table.sql, column.name);
  if (choices) return pick(choices);
  const moment = /(^|_)at$/.test(column.name);
  if (column.type === "INTEGER") return moment ? 1_700_000_000_000 + Math.floor(random() * 1e10) : Math.floor(random() * 8);
  if (column.type === "REAL") return Math.round(random() * 36_000 - 18_000) / 128;
  if (column.type !== "TEXT") throw new Error(`no values for ${table.name}.${column.name} of type ${column.type}`);
  const text = `${table.name} ${column.name} ${count} it's "näıve"; -- 日本\n${Math.floor(random() * 1e9)}`;
  return table.sql.includes(`json_valid(${column.name})`) ? JSON.stringify({ text, list: [count, null, 0.5] }) : text;
}

/** The tables with their columns and keys, parents first. */
function tablesOf(database) {
  // Virtual tables and those behind them are filled through triggers.
  const rows = database
    .prepare(
      `SELECT name, s.sql FROM pragma_table_list AS t JOIN sqlite_schema AS s USING (name)
       WHERE t.schema = 'main' AND t.type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name`,
    )
    .all();
  const tables = rows.map(({ name, sql }) => ({
    name,
    sql,
    columns: database.prepare(`PRAGMA table_info(${name})`).all(),
    references: database.prepare(`PRAGMA foreign_key_list(${name})`).all(),
  }));
  const sorted = [];
  while (sorted.length < tables.length) {
    const placed = new Set(sorted.map(({ name }) => name));
    const next = tables.filter(
      ({ name, references }) => !placed.has(name) && references.every(({ table }) => table === name || placed.has(table)),
    );
    if (next.length === 0) throw new Error("the foreign keys go round in a circle");
    sorted.push(...next);
  }
  return sorted;
}

/**
 * Fills every table of the schema that these scripts make. Answers with the statements that do it and with the number
 * of rows in each table, those that migrations and triggers put there among them.
 */
export function fill(scripts, seed) {
  const random = randomOf(seed);
  const database = new DatabaseSync(":memory:");
  for (const script of scripts) database.exec(script);
  const statements = [];
  const counts = {};
  const tables = tablesOf(database);
  for (const table of tables) {
    // A row of somebody's may be the only one of its kind, and triggers make such rows too: there have to be people enough.
    const wanted = tables.some(({ references }) => references.some((other) => other.table === table.name)) ? 3 * ROWS : ROWS;
    for (const reference of table.references) {
      const { table: parent, to } = reference;
      const key = to ?? database.prepare(`PRAGMA table_info(${parent})`).all().find(({ pk }) => pk).name;
      reference.keys = database.prepare(`SELECT ${key} AS key FROM ${parent}`).all().map((row) => row.key);
    }
    const count = () => database.prepare(`SELECT count(*) AS n FROM ${table.name}`).get().n;
    const names = table.columns.map(({ name }) => name);
    let made = 0;
    for (let tried = 0; tried < TRIES && (made < 1 || count() < wanted); tried += 1) {
      const values = table.columns.map((column) => valueOf({ table, column, random, count: made }));
      const statement = `INSERT INTO ${table.name} (${names.join(", ")}) VALUES (${values.map(literal).join(", ")})`;
      try {
        database.exec(statement);
      } catch (error) {
        if (!/constraint failed/.test(error.message)) throw error;
        continue;
      }
      statements.push(statement);
      made += 1;
    }
    counts[table.name] = count();
  }
  database.close();
  return { statements, counts };
}
