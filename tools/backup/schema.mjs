// What a database has: its ordinary tables with columns and keys, parents first, and the SQL that reads their rows.

/** Not copied: the migrations make these, and a restore its own. */
export const BOOKKEEPING = ["d1_migrations", "migrations_applied", "backup_restore", "backup_pieces"];

export const quoted = (text) => `'${text.replaceAll("'", "''")}'`;
export const name = (text) => `"${text.replaceAll('"', '""')}"`;

/** Virtual tables and the tables behind them are not asked for: what is in them is made anew from the others. */
const OURS = `t.schema = 'main' AND t.type = 'table' AND t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
  AND t.name NOT LIKE '\\_cf\\_%' ESCAPE '\\'`;

export const SCHEMA = [
  `SELECT t.name, t.wr, t.strict FROM pragma_table_list AS t WHERE ${OURS} ORDER BY t.name`,
  `SELECT t.name AS "table", c.name, c.type, c.pk FROM pragma_table_list AS t, pragma_table_xinfo(t.name) AS c
   WHERE ${OURS} AND c.hidden = 0 ORDER BY t.name, c.cid`,
  `SELECT t.name AS child, f.id, f.seq, f."table" AS parent, f."from" AS "from", f."to" AS "to"
   FROM pragma_table_list AS t, pragma_foreign_key_list(t.name) AS f WHERE ${OURS} ORDER BY t.name, f.id, f.seq`,
  "SELECT name, tbl_name, sql FROM sqlite_schema WHERE type = 'trigger' ORDER BY name",
  "SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND sql LIKE 'CREATE VIRTUAL TABLE%' ORDER BY name",
];

/** What SCHEMA's answers tell: the tables parents first, triggers, virtual tables, and whether a restore is under way. */
export const shapeOf = ([tables, columns, references, triggers, virtual]) => ({
  tables: tablesOf([tables, columns, references]),
  triggers,
  virtual,
  begun: tables.some((table) => table.name === "backup_restore"),
});

const LOSSLESS = ["TEXT", "INTEGER", "INT", "REAL"];

/** One value for json_array. JSON has no blobs: where one may stand, it goes as {"hex": …}. */
function value(column, strict) {
  if (strict && LOSSLESS.includes(column.type.toUpperCase())) return name(column.name);
  const text = name(column.name);
  return `json(CASE typeof(${text}) WHEN 'blob' THEN json_object('hex', hex(${text})) ELSE json_quote(${text}) END)`;
}

/** A row as a JSON array; a function of D1 takes 32 arguments. */
function array({ columns, strict }) {
  const parts = [];
  for (let at = 0; at < columns.length; at += 30) {
    parts.push(`json_array(${columns.slice(at, at + 30).map((column) => value(column, strict)).join(", ")})`);
  }
  return parts.reduce((all, part) => `rtrim(${all}, ']') || ',' || ltrim(${part}, '[')`);
}

/** Parents before children. */
function tablesOf([tables, columns, references]) {
  const all = tables
    .filter((table) => !BOOKKEEPING.includes(table.name))
    .map(({ name: own, wr, strict }) => {
      const mine = columns.filter(({ table }) => table === own).map((column) => ({ ...column }));
      const keys = mine.filter(({ pk }) => pk > 0).sort((a, b) => a.pk - b.pk).map((column) => column.name);
      const foreign = Object.values(Object.groupBy(references.filter(({ child }) => child === own), ({ id }) => id));
      const table = { name: own, columns: mine, strict: strict === 1, keys, order: wr === 1 ? keys : ["rowid"], foreign };
      return { ...table, rowid: wr !== 1, array: array(table) };
    });
  const sorted = [];
  while (sorted.length < all.length) {
    const placed = new Set(sorted.map((table) => table.name));
    const next = all.filter(
      (table) => !placed.has(table.name) && table.foreign.every(([{ parent }]) => parent === table.name || placed.has(parent)),
    );
    if (next.length === 0) throw new Error("the foreign keys of the schema go round in a circle");
    sorted.push(...next);
  }
  return sorted;
}

/**
 * Rows are there only with the parents that were there when reading began: `ceilings` has the highest rowid of each
 * table at that moment.
 */
function closed(table, ceilings, tables) {
  const conditions = table.rowid && ceilings[table.name] !== undefined ? [`t.rowid <= ${ceilings[table.name]}`] : [];
  for (const reference of table.foreign) {
    const parent = tables.find((other) => other.name === reference[0].parent);
    if (!parent?.rowid || parent === table || ceilings[parent.name] === undefined) continue;
    const same = reference.map(({ from, to }, at) => `p.${name(to ?? parent.keys[at])} = t.${name(from)}`);
    const none = reference.map(({ from }) => `t.${name(from)} IS NULL`);
    const there = [...same, `p.rowid <= ${ceilings[parent.name]}`].join(" AND ");
    const exists = `EXISTS (SELECT 1 FROM ${name(parent.name)} AS p WHERE ${there})`;
    conditions.push(`(${[...none, exists].join(" OR ")})`);
  }
  return conditions;
}

/**
 * The next rows of a table: `k` where to go on after it, `j` the row, `n` how many the limit let in. What is over
 * `bytes` stays for the next page, but one row always comes.
 */
export function page(table, { after, limit, bytes, ceilings = {}, tables = [], only }) {
  const order = table.order.map((key) => (key === "rowid" ? "t.rowid" : `t.${name(key)}`));
  const conditions = closed(table, ceilings, tables);
  if (after !== undefined) conditions.push(`(${order.join(", ")}) > (${after})`);
  if (only) conditions.push(`(${only})`);
  const where = conditions.length > 0 ? `WHERE ${conditions.join(" AND ")}` : "";
  return `SELECT k, j, n FROM (
  SELECT k, j, o, count(*) OVER () AS n, sum(length(j)) OVER (ORDER BY o) - length(j) AS before FROM (
    SELECT ${order.map((key) => `quote(${key})`).join(" || ',' || ")} AS k, ${table.array} AS j,
      row_number() OVER (ORDER BY ${order.join(", ")}) AS o
    FROM ${name(table.name)} AS t ${where} ORDER BY ${order.join(", ")} LIMIT ${limit}
  )
) WHERE before < ${bytes} ORDER BY o`;
}

/** How many rows each table has, as one row. */
export const counts = (tables) =>
  `SELECT ${tables.map((table) => `(SELECT count(*) FROM ${name(table.name)}) AS ${name(table.name)}`).join(", ") || "1"}`;
