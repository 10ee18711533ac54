// What the tests of tools/backup share: the house with rows in every table, and databases held against each other.
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { main } from "../../tools/backup/main.mjs";
import { read } from "../../tools/migrate/files.mjs";
import { fill } from "./rows.mjs";
import { secret } from "./worker.mjs";

export const root = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");
export const KEY = secret();

/** Puts rows into every table of a database of these migrations. */
export function filled(database, migrations = join(root, "migrations")) {
  const { statements, counts } = fill(read(migrations).map(({ text }) => text), 10);
  for (const statement of statements) database.exec(statement);
  return counts;
}

/** All that is in a database of node:sqlite: its schema, and each table's rows with the types of their values. */
export function everything(database) {
  const all = (sql) => database.prepare(sql).all().map((row) => ({ ...row }));
  const tables = all(`SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'
    AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name NOT LIKE '\\_cf\\_%' ESCAPE '\\' ORDER BY name`).map(({ name }) => name);
  const OWN = ["d1_migrations", "migrations_applied"];
  const columns = (table) => all(`SELECT name FROM pragma_table_info('${table}')`).map(({ name }) => `quote("${name}") AS "${name}"`);
  const rows = tables.filter((table) => !OWN.includes(table)).map((table) => [table, all(`SELECT ${columns(table).join(", ")} FROM "${table}"`).map((row) => JSON.stringify(row)).sort()]);
  const schema = all("SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE '\\_cf\\_%' ESCAPE '\\' ORDER BY type, name");
  const applied = all("SELECT m.name, m.sha256 FROM d1_migrations JOIN migrations_applied AS m USING (name) ORDER BY name");
  return { schema, applied, rows: Object.fromEntries(rows) };
}

/** Runs the tool; answers with its exit code and all that it said. */
export async function tool(argv, { env = {}, ...more } = {}) {
  const said = [];
  const print = (line) => said.push(line);
  const code = await main(argv, { print, complain: print, env, ...more });
  return { code, said: said.join("\n") };
}

/** The file of the only backup in a folder. */
export function only(folder) {
  const names = readdirSync(folder).filter((name) => name.includes(".ndjson"));
  assert.equal(names.length, 1, names.join(" "));
  return join(folder, names[0]);
}
