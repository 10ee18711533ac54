// The text of a backup, line by line:
//
//   {"format":"witness backup","version":1, …}   when, of what, which migrations, which columns
//   {"table":"users"}                            what follows are rows of this table
//   ["…",1,null]                                 a row, as SQLite's json_array wrote it: integers whole, reals with a point
//   {"end":{…}}                                  rows and SHA-256 of each table, and how it was read
//   {"sha256":"…"}                               over every byte before this line; a file without it is cut
import { createHash } from "node:crypto";

export const FORMAT = "witness backup";
export const VERSION = 1;
const BLOCK = 1 << 16;

/** Counts and hashes the rows of one table. */
export function tally() {
  const hash = createHash("sha256");
  let rows = 0;
  return {
    row(line) {
      hash.update(line).update("\n");
      rows += 1;
    },
    sum: () => ({ rows, sha256: hash.copy().digest("hex") }),
  };
}

/** The bytes of a backup. `entries` yields { table } where one begins and { row }, and returns what the end says. */
export async function* written(header, entries) {
  const hash = createHash("sha256");
  let [held, length] = [[], 0];
  const add = (line) => {
    held.push(line, "\n");
    length += line.length + 1;
  };
  const block = () => {
    const text = Buffer.from(held.join(""));
    hash.update(text);
    [held, length] = [[], 0];
    return text;
  };
  add(JSON.stringify({ format: FORMAT, version: VERSION, ...header }));
  const tables = {};
  let table;
  let { value, done } = await entries.next();
  for (; !done; { value, done } = await entries.next()) {
    if (value.table !== undefined) {
      table = tables[value.table] ??= tally();
      add(JSON.stringify({ table: value.table }));
    } else {
      table.row(value.row);
      add(value.row);
    }
    if (length >= BLOCK) yield block();
  }
  const sums = Object.fromEntries(Object.entries(tables).map(([name, { sum }]) => [name, sum()]));
  add(JSON.stringify({ end: { ...value, tables: sums } }));
  yield block();
  yield Buffer.from(`${JSON.stringify({ sha256: hash.digest("hex") })}\n`);
}

async function* lines(source) {
  let held = [];
  for await (const bytes of source) {
    let from = 0;
    for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, from)) {
      yield Buffer.concat([...held, bytes.subarray(from, at)]);
      held = [];
      from = at + 1;
    }
    if (from < bytes.length) held.push(Buffer.from(bytes.subarray(from)));
  }
  if (held.length > 0) throw new Error("it is cut: its last line is not whole");
}

function parsed(line, at) {
  try {
    return JSON.parse(line);
  } catch {
    throw new Error(`it was changed: line ${at} is no JSON`);
  }
}

/**
 * Reads a backup: yields { table, row, at } for each row and returns { header, end, sha256 } once all of it is found
 * genuine. Whoever uses a row before that must have read the whole file once already.
 */
export async function* rowsOf(source) {
  const hash = createHash("sha256");
  const sums = new Map();
  let [header, end, table, sha256] = [];
  let at = 0;
  for await (const line of lines(source)) {
    at += 1;
    if (sha256) throw new Error("it was changed: something follows its end");
    const row = header && !end && line[0] === 0x5b;
    const value = row ? undefined : parsed(line, at);
    if (value?.sha256) {
      sha256 = hash.digest("hex");
      if (!end || sha256 !== value.sha256) throw new Error("it was changed: its SHA-256 is another one");
      continue;
    }
    hash.update(line).update("\n");
    if (!header) {
      if (value.format !== FORMAT) throw new Error("it is no backup");
      if (value.version !== VERSION) throw new Error(`its format has version ${value.version}; this tool reads ${VERSION}`);
      header = value;
    } else if (row) {
      if (!table) throw new Error(`it was changed: the row in line ${at} is of no table`);
      const text = line.toString();
      sums.get(table).row(text);
      yield { table, row: text, at };
    } else if (value.table) {
      table = value.table;
      if (!sums.has(table)) sums.set(table, tally());
    } else if (value.end) {
      end = value.end;
    } else {
      throw new Error(`it was changed: line ${at} is of no kind`);
    }
  }
  if (!sha256) throw new Error("it is cut: its end is missing");
  for (const [name, { rows, sha256: wanted }] of Object.entries(end.tables)) {
    const found = sums.get(name)?.sum();
    if (found?.rows !== rows || found.sha256 !== wanted) throw new Error(`it was changed: the rows of ${name} are others`);
  }
  return { header, end, sha256 };
}

/** Reads all of a backup and answers with { header, end, sha256 }. */
export async function inspect(source) {
  const reading = rowsOf(source);
  for (;;) {
    const { value, done } = await reading.next();
    if (done) return value;
  }
}
