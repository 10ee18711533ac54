// The SQL that puts rows into an empty database: statements within D1's limits, triggers out of the way meanwhile.
import { name, quoted } from "./schema.mjs";

/** Bytes of one statement (D1 takes 100 KB), and of those that go in one transaction. */
export const STATEMENT = 90_000;
export const BATCH = 8_000_000;

/** The marks of a restore that is under way: how many rows of which backup are in. */
export const BEGIN = `CREATE TABLE backup_restore (place INTEGER PRIMARY KEY, seal TEXT NOT NULL) STRICT;
CREATE TABLE backup_pieces (n INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT;
`;
export const END = "DROP TABLE backup_restore;\nDROP TABLE backup_pieces;\n";
/** Whoever restores at the same time fails here, and nothing of the batch stays. */
export const mark = (place, seal) => `INSERT INTO backup_restore (place, seal) VALUES (${place}, ${quoted(seal)});\n`;

function insert(table, source) {
  const values = table.columns.map((column, at) => {
    const element = `json_extract(value, '$[${at}]')`;
    if (table.strict && column.type.toUpperCase() !== "BLOB" && column.type.toUpperCase() !== "ANY") return element;
    return `CASE json_type(value, '$[${at}]') WHEN 'object' THEN unhex(json_extract(value, '$[${at}].hex')) ELSE ${element} END`;
  });
  const columns = table.columns.map((column) => name(column.name)).join(", ");
  return `INSERT INTO ${name(table.name)} (${columns}) SELECT ${values.join(", ")} FROM json_each(${source});\n`;
}

/** A text in pieces of at most so many bytes, no character divided. */
function* divided(text, bytes) {
  const all = Buffer.from(text);
  for (let at = 0; at < all.length; ) {
    let end = Math.min(at + bytes, all.length);
    while (end < all.length && (all[end] & 0xc0) === 0x80) end -= 1;
    yield all.toString("utf8", at, end);
    at = end;
  }
}

/** A row that is too long for a statement is put together in the database. */
function long(table, row) {
  // Quotation marks count twice, so a piece has half of what fits.
  const piece = (text, n) => `INSERT INTO backup_pieces (n, text) VALUES (${n}, ${quoted(text)});\n`;
  const pieces = [...divided(row, STATEMENT / 2)].map(piece);
  const whole = "(SELECT '[' || group_concat(text, '') || ']' FROM (SELECT text FROM backup_pieces ORDER BY n))";
  return [...pieces, insert(table, whole), "DELETE FROM backup_pieces;\n"];
}

/** Packs rows into statements and statements into batches: yields { text, rows } for each transaction. */
export async function* batches(rows, tables, size = BATCH) {
  const known = new Map(tables.map((table) => [table.name, table]));
  let [statements, length, count] = [[], 0, 0];
  let [table, pack, packed] = [undefined, [], 0];
  const add = (text) => {
    statements.push(text);
    length += text.length;
  };
  const flush = () => {
    if (pack.length > 0) add(insert(table, quoted(`[${pack.join(",")}]`)));
    [pack, packed] = [[], 0];
  };
  const batch = () => {
    flush();
    const done = { text: statements.join(""), rows: count };
    [statements, length, count] = [[], 0, 0];
    return done;
  };
  for await (const { table: own, row } of rows) {
    const cost = Buffer.byteLength(quoted(row)) + 1;
    const other = table?.name !== own;
    if (other || packed + cost > STATEMENT) flush();
    if (count > 0 && length + packed >= size) yield batch();
    table = known.get(own);
    if (cost > STATEMENT) {
      flush();
      for (const text of long(table, row)) add(text);
    } else {
      pack.push(row);
      packed += cost;
    }
    count += 1;
  }
  if (count > 0) yield batch();
}

const TARGETS = /\b(?:INSERT(?:\s+OR\s+\w+)?\s+INTO|REPLACE\s+INTO|UPDATE(?:\s+OR\s+\w+)?|DELETE\s+FROM)\s+["`[]?(\w+)/gi;

/**
 * The triggers that are dropped while rows are loaded: their work is in the backup already, or they forbid. What writes
 * into virtual tables alone stays, and so fills them again.
 */
export function sleeping(triggers, virtual) {
  const indexed = virtual.map((table) => table.name);
  return triggers.filter(({ sql }) => {
    const body = sql.slice(sql.search(/\bBEGIN\b/i));
    const written = [...body.matchAll(TARGETS)].map(([, target]) => target);
    return written.length === 0 || !written.every((target) => indexed.includes(target)) || /\bRAISE\s*\(/i.test(sql);
  });
}

export const dropping = (triggers) => triggers.map((trigger) => `DROP TRIGGER ${name(trigger.name)};\n`).join("");
export const waking = (triggers) => triggers.map(({ sql }) => `${sql.replace(/;?\s*$/, "")};\n`).join("");

/** Full-text indexes of another table's rows are made anew from it. */
export const rebuilding = (virtual) =>
  virtual
    .filter(({ sql }) => /\bUSING\s+fts5\b/i.test(sql) && /\bcontent\s*=\s*["']?\w/i.test(sql))
    .map((table) => `INSERT INTO ${name(table.name)} (${name(table.name)}) VALUES ('rebuild');\n`)
    .join("");
