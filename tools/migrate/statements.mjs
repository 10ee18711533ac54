// The SQL of the tool. What belongs together goes to the database as one file, which D1 runs in one transaction.

/** The tool's table, as the migration of its name makes it: a database that needs it earlier gets the same. */
export const RECORDS = `CREATE TABLE IF NOT EXISTS migrations_applied (
  name TEXT PRIMARY KEY,
  sha256 TEXT NOT NULL,
  applied_at INTEGER NOT NULL,
  origin TEXT NOT NULL CHECK (origin IN ('applied', 'adopted'))
) STRICT, WITHOUT ROWID;
`;

/** What was applied, by wrangler's table and by ours. */
export const APPLIED = "SELECT name, applied_at FROM d1_migrations ORDER BY id";
export const RECORDED = "SELECT name, sha256, applied_at, origin FROM migrations_applied ORDER BY name";

const quoted = (text) => `'${text.replaceAll("'", "''")}'`;
const identifier = (text) => `"${text.replaceAll('"', '""')}"`;

/** A text without its comments; what stands in quotes is none. */
const bare = (text) =>
  text.replace(/('(?:[^']|'')*'|"[^"]*")|--[^\n]*|\/\*[^]*?\*\//g, (_, quotation) => quotation ?? "");

/** Whether a statement that is put behind this text stays a statement of its own. */
export const complete = (text) => /;\s*$/.test(bare(text));

const record = ({ name, sha256, applied_at, origin }) =>
  `INSERT OR REPLACE INTO migrations_applied (name, sha256, applied_at, origin)
VALUES (${quoted(name)}, ${quoted(sha256)}, ${applied_at}, ${quoted(origin)});
`;

/** Records what wrangler has applied by itself, with the checksums of now. */
export const adopting = (rows, now) =>
  RECORDS + rows.map(({ file }) => record({ ...file, applied_at: now, origin: "adopted" })).join("");

/**
 * The migrations, each followed by its rows in both tables. Wrangler's row comes first: whoever applies the same at the
 * same time fails there, and nothing of his stays.
 */
export const goingUp = (files, now) =>
  RECORDS +
  files
    .map((file) => {
      const rows = `INSERT INTO d1_migrations (name) VALUES (${quoted(file.name)});\n`;
      return `${file.text}\n${rows}${record({ ...file, applied_at: now, origin: "applied" })}`;
    })
    .join("");

/** The ways back, each with the removal of its rows. `stay` are the records that outlive a way back of their table. */
export const comingBack = (rows, stay) =>
  rows
    .map(({ name, file }) => {
      const kept = lost(file.back).tables.includes("migrations_applied") ? RECORDS + stay.map(record).join("") : RECORDS;
      return `${file.back}
DELETE FROM d1_migrations WHERE name = ${quoted(name)};
${kept}DELETE FROM migrations_applied WHERE name = ${quoted(name)};
`;
    })
    .join("");

/** The tables that a text drops, those that it deletes from, and the columns that it drops from others. */
export function lost(text) {
  const found = (pattern) => [...bare(text).matchAll(pattern)].map(([, ...parts]) => parts);
  const tables = new Set(found(/\bDROP\s+TABLE(?:\s+IF\s+EXISTS)?\s+["`[]?(\w+)/gi).flat());
  const thinned = new Set(found(/\bDELETE\s+FROM\s+["`[]?(\w+)/gi).flat());
  const columns = found(/\bALTER\s+TABLE\s+["`[]?(\w+)["`\]]?\s+DROP\s+(?:COLUMN\s+)?["`[]?(\w+)/gi);
  return {
    tables: [...tables],
    thinned: [...thinned].filter((table) => !tables.has(table)),
    columns: columns.filter(([table]) => !tables.has(table)).map(([table, column]) => ({ table, column })),
  };
}

/** Which of these tables there are, with their columns. */
export const columnsOf = (tables) =>
  `SELECT t.name AS "table", c.name AS "column" FROM sqlite_schema AS t JOIN pragma_table_info(t.name) AS c
WHERE t.type = 'table' AND t.name IN (${tables.map(quoted).join(", ")})`;

/** Rows of each table, and values in each column, as one row with the columns n0, n1 and so on. */
export function counting(parts) {
  const count = ({ table, column }) => `(SELECT count(${column ? identifier(column) : "*"}) FROM ${identifier(table)})`;
  return `SELECT ${parts.map((part, at) => `${count(part)} AS n${at}`).join(", ")}`;
}
