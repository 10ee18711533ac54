// Reads a database for a backup. D1 gives no snapshot over several commands, so what is promised is this (docs/operations.md):
//
// - Nothing that was added after the first command is in it: rows are read up to the rowid that was the highest then. What
//   has no rowid counts by its parents; where it has none either, younger rows may come along.
//   The log of events is therefore whole up to that moment, and ends there.
// - A row comes with its parents: a child is read after its parent, and only if the parent was there at the beginning.
// - Each row is whole, as it was when its page was read; one that was there all the time is in it exactly once.
// - Records, checkpoints and head of the audit log are of one chain: its end is read in one command.
// - If nobody wrote meanwhile, it is the state of one moment, and says so: `still`.
import { APPLIED, RECORDED } from "../migrate/statements.mjs";
import { head, ordered, parts, retained } from "./house.mjs";
import { FENCE, read } from "./pages.mjs";
import { SCHEMA, counts, name, page, shapeOf } from "./schema.mjs";

/** The tables of a database, in the order in which they are read and written; triggers and virtual tables beside them. */
export async function shape(database) {
  const found = shapeOf(await database.query(SCHEMA.join(";\n")));
  return { ...found, tables: ordered(found.tables) };
}

/** The same with the migrations that the database has, by their checksums. */
export async function versioned(database) {
  const answers = await database.query([APPLIED, RECORDED, ...SCHEMA].join(";\n")).catch((error) => {
    if (!/no such table: (d1_migrations|migrations_applied)/.test(error.message)) throw error;
    throw new Error("no backup was made: the database does not know which migrations it has. make migrate records them");
  });
  const [applied, records, ...found] = answers;
  const sums = new Map(records.map(({ name: file, sha256 }) => [file, sha256]));
  const known = applied.map(({ name: file }) => ({ name: file, sha256: sums.get(file) }));
  const migrations = known.sort((a, b) => (a.name < b.name ? -1 : 1));
  if (migrations.length === 0) throw new Error("no backup was made: no migration was applied");
  const unknown = migrations.filter(({ sha256 }) => !sha256).map((one) => one.name);
  if (unknown.length > 0) {
    throw new Error(`no backup was made: ${unknown.join(", ")} has no recorded checksum. make migrate records it`);
  }
  const { tables, begun } = shapeOf(found);
  if (begun) throw new Error("no backup was made: a restore was begun there and is not finished");
  return { migrations, tables: ordered(tables) };
}

/** The newest row of each table that others refer to. While it is there, no rowid below it is given out again. */
function parents(tables) {
  const named = new Set(tables.flatMap(({ foreign }) => foreign.map(([{ parent }]) => parent)));
  return tables.filter((table) => table.rowid && table.keys.length > 0 && named.has(table.name));
}
const keyOf = (table) => table.keys.map((key) => `quote(${name(key)})`).join(" || ',' || ");
function one(list, expression) {
  const columns = list.map((table) => `${expression(table)} AS ${name(table.name)}`);
  return `SELECT ${columns.join(", ") || "1"}`;
}

/** Somebody removed what the promise stands on; the backup has to begin again. */
export class Moved extends Error {}

/** What the first command finds: where reading begins and what it goes up to. */
export async function open(database, tables) {
  const [[fence], [ceilings], [newest], [audit], [count]] = await database.query(
    [
      FENCE,
      one(tables.filter(({ rowid }) => rowid), (table) => `(SELECT coalesce(max(rowid), 0) FROM ${name(table.name)})`),
      one(parents(tables), (table) => `(SELECT ${keyOf(table)} FROM ${name(table.name)} ORDER BY rowid DESC LIMIT 1)`),
      head(tables),
      counts(tables),
    ].join(";\n"),
  );
  return { changes: fence.changes, ceilings, newest, audit, counts: count };
}

/** Yields the entries of a backup; returns whether nobody wrote meanwhile. */
export async function* rows(database, tables, opening, { bytes } = {}) {
  const { ceilings, audit } = opening;
  let same = true;
  const fence = (changes) => {
    same &&= changes === opening.changes;
  };
  const part = (table) => parts(table, audit, tables);
  const options = (table) => ({ ceilings, tables, only: part(table).first });
  yield* read(database, tables, { counts: opening.counts, options, fence, bytes });

  const open = tables.filter((table) => part(table).rest);
  const tail = open.map((table) => page(table, { only: part(table).rest, limit: 1_000_000, bytes: 1e9 }));
  const newestOf = (table) => `(SELECT ${keyOf(table)} FROM ${name(table.name)} WHERE rowid = ${ceilings[table.name]})`;
  const still = one(parents(tables), newestOf);
  const [[before], [newest], [now], ...rest] = await database.query([FENCE, still, head(tables), ...tail, FENCE].join(";\n"));
  const [after] = rest.pop();
  for (const { changes } of [before, after]) fence(changes);
  for (const [table, key] of Object.entries(opening.newest)) {
    if (newest[table] !== key) throw new Moved(`the newest row of ${table} was removed`);
  }
  if (!retained(audit, now)) throw new Moved("retention removed audit records");
  for (const [at, found] of rest.entries()) {
    yield { table: open[at].name };
    for (const { j } of found) yield { row: j };
  }
  return same;
}
