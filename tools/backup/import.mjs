// A backup into an empty database: refused as a whole, or carried through to the last row.
import { DatabaseSync } from "node:sqlite";
import { main as migrations } from "../migrate/main.mjs";
import { number } from "../migrate/files.mjs";
import { shape } from "./export.mjs";
import { tally } from "./format.mjs";
import { finishing } from "./house.mjs";
import { BATCH, BEGIN, END, batches, dropping, mark, rebuilding, sleeping, waking } from "./load.mjs";
import { read } from "./pages.mjs";
import { counts, name } from "./schema.mjs";

/** What the migrations alone make: the same schema, with the rows that they bring. */
async function fresh(files) {
  const memory = new DatabaseSync(":memory:");
  for (const { text } of files) memory.exec(text);
  const query = async (text) => text.split(/;\n/).map((sql) => memory.prepare(sql).all());
  return { query, close: () => memory.close() };
}

/** All rows of these tables, each by its table. */
async function contents(database, tables) {
  if (tables.length === 0) return {};
  const [[count]] = await database.query(counts(tables));
  const found = Object.fromEntries(tables.map((table) => [table.name, []]));
  let table;
  for await (const entry of read(database, tables, { counts: count })) {
    if (entry.table) table = entry.table;
    else found[table].push(entry.row);
  }
  return found;
}

/** Refuses a backup whose migrations are not those of this checkout. Answers with the files up to its newest. */
export function versions({ migrations: applied }, files) {
  const last = applied.at(-1)?.name ?? "";
  const mine = files.filter(({ name: file }) => file <= last);
  const different = [
    ...applied.filter((one) => !mine.some((file) => file.name === one.name)).map((one) => `${one.name} is not here`),
    ...mine.filter((file) => !applied.some((one) => one.name === file.name)).map((file) => `${file.name} is not in the backup`),
    ...applied
      .filter((one) => mine.some((file) => file.name === one.name && file.sha256 !== one.sha256))
      .map((one) => `${one.name} has another text here`),
  ];
  if (different.length > 0) {
    throw new Error(
      `nothing was written: the backup is of other migrations than this checkout:\n  ${different.join("\n  ")}\n` +
        "  Check out the release that made it, restore, then make migrate with the newer one.",
    );
  }
  return mine;
}

/**
 * Refuses a database that has rows of its own. Answers with how many rows of this backup it has, if a restore of it was
 * interrupted.
 */
async function emptiness(database, seal, files, header) {
  if (database.local && database.files().length === 0) return undefined;
  const { applied } = await database.history();
  const has = (list, file) => list.some((other) => other.name === file.name);
  const ahead = applied.filter((file) => !has(header.migrations, file)).map((file) => file.name);
  if (ahead.length > 0) {
    const more = ahead.join(", ");
    throw new Error(`nothing was written: the database has migrations that the backup has not: ${more}. Take one without tables`);
  }
  const there = await shape(database);
  if (there.begun) {
    const [[{ place, other }]] = await database.query(
      `SELECT max(place) AS place, max(CASE WHEN seal <> '${seal}' THEN seal END) AS other FROM backup_restore`,
    );
    if (!other) return place;
    throw new Error(
      "nothing was written: the restore of another backup was begun there and is not finished.\n" +
        "  Finish it, or take an empty database.",
    );
  }
  if (there.tables.length === 0) return undefined;
  const [[count]] = await database.query(counts(there.tables));
  const full = there.tables.filter((table) => count[table.name] > 0);
  const memory = await fresh(files.filter((file) => has(applied, file)));
  try {
    const known = (await shape(memory)).tables;
    const seeds = await contents(memory, known);
    const few = full.filter((table) => count[table.name] === seeds[table.name]?.length);
    const found = await contents(database, few);
    const same = (table) => found[table.name] && JSON.stringify(found[table.name]) === JSON.stringify(seeds[table.name]);
    const own = full.filter((table) => !same(table));
    if (own.length === 0) return undefined;
    const told = own.map((table) => `${table.name}: ${count[table.name]}`).join("\n  ");
    throw new Error(
      `nothing was written: the database is not empty. Rows that no migration brings:\n  ${told}\n` +
        "  A backup goes into a new database, before a Worker serves from it (docs/operations.md).",
    );
  } finally {
    memory.close();
  }
}

/** Migrates with the tool for it; `to` leaves later ones for afterwards. */
async function migrate(house, to) {
  const { database, root, persist, run, print, env } = house;
  const argv = ["up", "--target", database.target, "--root", root, "--persist-to", persist, ...(to ? ["--to", to] : [])];
  const said = [];
  const code = await migrations(argv, { run, print, complain: (line) => said.push(line), env });
  if (code !== 0) throw new Error(said.join("\n"));
}

/** Skips what is in already. */
async function* after(rows, place) {
  let at = 0;
  for await (const row of rows) if (++at > place) yield row;
}

async function load(house, tables, { from, place, seal, total, size }) {
  const { database, print } = house;
  let done = place;
  for await (const { text, rows } of batches(after(from(), place), tables, size)) {
    const next = done + rows;
    try {
      await database.execute(`PRAGMA defer_foreign_keys = on;\n${text}${mark(next, seal)}`);
    } catch (error) {
      const found = await database.query("SELECT max(place) AS place FROM backup_restore").catch(() => undefined);
      if (found?.[0][0]?.place !== next) {
        throw new Error(
          `interrupted: ${error.message}\n  ${done} of ${total} rows are in, whole batches of them, and triggers are off:` +
            " no Worker may serve from it.\n  The same command again goes on from there. To begin anew, take an empty database.",
        );
      }
    }
    done = next;
    print(`${done} of ${total} rows`);
  }
}

/** Every row is read back and held against what the backup says of its table. */
async function verify(database, tables, end) {
  const sums = new Map(tables.map((table) => [table.name, tally()]));
  const count = Object.fromEntries(Object.entries(end.tables).map(([table, { rows }]) => [table, rows]));
  let table;
  for await (const entry of read(database, tables, { counts: count })) {
    if (entry.table) table = entry.table;
    else sums.get(table).row(entry.row);
  }
  for (const [own, wanted] of Object.entries(end.tables)) {
    const found = sums.get(own)?.sum();
    if (found?.rows === wanted.rows && found.sha256 === wanted.sha256) continue;
    throw new Error(
      `the rows of ${own} are not those of the backup: ${found?.rows ?? "no"} instead of ${wanted.rows}, or others.\n` +
        "  Triggers are off: no Worker may serve from it. Take an empty database and begin again.",
    );
  }
}

/** Restores what `reading()` reads anew each time; `found` is what `inspect` said of it. */
export async function restore(house, reading, found, { size = BATCH } = {}) {
  const { database, files, print } = house;
  const { header, end, sha256 } = found;
  const mine = versions(header, files);
  const memory = await fresh(mine);
  const { tables, triggers, virtual } = await shape(memory).finally(memory.close);
  const mineAre = tables.map((table) => ({ name: table.name, columns: table.columns.map((column) => column.name) }));
  const sorted = (list) => JSON.stringify(list.map((table) => [table.name, table.columns]).sort());
  if (sorted(mineAre) !== sorted(header.tables)) {
    throw new Error("nothing was written: the backup has other tables or columns than its migrations make");
  }
  const asleep = sleeping(triggers, virtual);
  let place = await emptiness(database, sha256, files, header);
  const total = Object.values(end.tables).reduce((sum, { rows }) => sum + rows, 0);
  if (place === undefined) {
    await migrate(house, number(header.migrations.at(-1).name));
    const seeds = tables.toReversed().map((table) => `DELETE FROM ${name(table.name)};\n`).join("");
    await database.execute(`${BEGIN}${dropping(asleep)}${seeds}${mark(0, sha256)}`);
    place = 0;
  } else {
    print(`goes on after ${place} of ${total} rows`);
  }
  await load(house, tables, { from: reading, place, seal: sha256, total, size });
  await verify(database, tables, end);
  print("every row was read back: counts and SHA-256 of each table are those of the backup");
  await database.execute(`${finishing(tables)}${rebuilding(virtual)}${waking(asleep)}${END}`);
  if (mine.length < files.length) await migrate(house);
  return { tables: tables.length, rows: total };
}
