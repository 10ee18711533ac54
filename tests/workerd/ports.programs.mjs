// Random programs of SQL over a small schema with every kind of constraint, the same ones for the same seed.

// mulberry32
function randomOf(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  const below = (end) => Math.floor(next() * end);
  const pick = (list) => list[below(list.length)];
  return { below, pick, chance: (share) => next() < share };
}

const TABLES = ["notes_text", "notes", "log", "strict_things", "children", "parents"];
const SCHEMA = [
  ...TABLES.map((table) => `DROP TABLE IF EXISTS ${table}`),
  "CREATE TABLE parents (id TEXT PRIMARY KEY, n INTEGER NOT NULL DEFAULT 0, note TEXT)",
  `CREATE TABLE children (id INTEGER PRIMARY KEY, parent TEXT NOT NULL REFERENCES parents (id) ON DELETE CASCADE,
    u TEXT UNIQUE, r REAL CHECK (r IS NULL OR r < 1000), flag INTEGER DEFAULT 0 CHECK (flag IN (0, 1)),
    j TEXT CHECK (j IS NULL OR json_valid(j)))`,
  `CREATE TABLE strict_things (k TEXT NOT NULL, v INTEGER NOT NULL, x REAL, a ANY, PRIMARY KEY (k, v))
    STRICT, WITHOUT ROWID`,
  "CREATE TABLE log (seq INTEGER PRIMARY KEY AUTOINCREMENT, what, at NUMERIC)",
  "CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT NOT NULL)",
  "CREATE VIRTUAL TABLE notes_text USING fts5(body, content='notes', content_rowid='id')",
  `CREATE TRIGGER notes_in AFTER INSERT ON notes BEGIN
    INSERT INTO notes_text (rowid, body) VALUES (new.id, new.body); END`,
  `CREATE TRIGGER notes_out AFTER DELETE ON notes BEGIN
    INSERT INTO notes_text (notes_text, rowid, body) VALUES ('delete', old.id, old.body); END`,
  `CREATE TRIGGER log_keeps BEFORE DELETE ON log WHEN old.what = 'kept' BEGIN
    SELECT RAISE(ABORT, 'kept'); END`,
];

const TEXTS = [
  "", "a", "b", "c", "A", " a ", "0", "1", "01", "1.0", "1e3", "0x10", "-0", "null", "kept", "it's", '"quoted"',
  "🦉", "e\u0301", "é", "a\u0000b", "line\nbreak", "\\", "%", "_a%", "{}", "[1,2.0,null]", '{"a":"🦉"}', "{broken",
  "9007199254740993", "12345678901234567890", "the owl sees", "\u2028", "ß", "İ", "\u{10ffff}",
];
const NUMBERS = [
  0, 1, 2, 3, -1, 0.5, 1.5, -2.25, 999.999, 1000, 1e3, 1e15, 1e16, 1e21, 1.7976931348623157e308, 5e-324, 1e-7,
  2147483648, 4294967296, 9007199254740992, -9007199254740992, 9007199254740991, 0.1, 1 / 3, 123456789.123,
];
const REFUSED = [
  { integer: "9007199254740993" }, { integer: "-9223372036854775808" }, { real: "NaN" }, { real: "-inf" },
];
const KEYS = ["a", "b", "c", "d", "🦉"];

export function programOf(seed) {
  const random = randomOf(seed);
  const steps = [{ batch: SCHEMA.map((sql) => [sql]) }];
  const length = 6 + random.below(14);
  while (steps.length < length) steps.push(random.chance(0.35) ? batchOf(random) : lineOf(random));
  for (const table of ["parents", "children", "strict_things", "log", "notes"]) {
    steps.push([`SELECT *, typeof(${KINDS[table]}) AS kind FROM ${table} ORDER BY 1, 2`]);
  }
  return steps;
}

const KINDS = { parents: "n", children: "r", strict_things: "a", log: "what", notes: "body" };

function batchOf(random) {
  const batch = Array.from({ length: 1 + random.below(5) }, () => lineOf(random));
  // changes() means something only after a write of the same batch: before it, it tells of whatever the
  // connection did last, its own bookkeeping included.
  if (/^(INSERT|UPDATE|DELETE)/.test(batch.at(-1)[0])) {
    batch.push(["INSERT INTO log (what, at) SELECT ?, changes() WHERE changes() = 1", ["gated"]]);
    batch.push(["SELECT changes() AS n", []]);
  }
  return { batch };
}

function lineOf(random) {
  const make = random.pick(LINES);
  return make(random, (value = any) => value(random));
}

function any(random) {
  const kind = random.below(20);
  if (kind === 0) return random.pick(REFUSED);
  if (kind < 4) return null;
  if (kind < 6) return random.chance(0.5);
  return kind < 13 ? random.pick(NUMBERS) : random.pick(TEXTS);
}
const key = (random) => (random.chance(0.9) ? random.pick(KEYS) : any(random));
const small = (random) => (random.chance(0.85) ? random.below(5) : any(random));

const LINES = [
  (r, of) => ["INSERT INTO parents (id, n, note) VALUES (?, ?, ?)", [of(key), of(small), of()]],
  (r, of) => ["INSERT INTO parents VALUES (?1, ?2, ?1), (?3, ?2, NULL)", [of(key), of(small), of(key)]],
  (r, of) => [
    "INSERT INTO parents (id, n) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET n = n + excluded.n RETURNING *",
    [of(key), of(small)],
  ],
  (r, of) => ["INSERT OR IGNORE INTO parents (id, n) VALUES (?, ?)", [of(key), of()]],
  (r, of) => ["INSERT OR REPLACE INTO parents (id, n, note) VALUES (?, ?, ?) RETURNING id", [of(key), of(small), of()]],
  (r, of) => ["UPDATE parents SET n = n + ?, note = ? WHERE id = ?", [of(small), of(), of(key)]],
  (r, of) => ["UPDATE parents SET id = ? WHERE id = ? RETURNING id, n", [of(key), of(key)]],
  (r, of) => ["DELETE FROM parents WHERE id = ?", [of(key)]],
  (r, of) => [
    "INSERT INTO children (id, parent, u, r, flag, j) VALUES (?, ?, ?, ?, ?, ?)",
    [of(small), of(key), r.chance(0.5) ? null : of(), of(small), r.below(3), of()],
  ],
  (r, of) => ["INSERT INTO children (parent, u, r) VALUES (?, ?, ?) RETURNING *", [of(key), of(), of()]],
  (r, of) => ["INSERT INTO children (parent, j) VALUES (?, json_object('v', ?, 't', typeof(?2)))", [of(key), of()]],
  (r, of) => ["UPDATE children SET r = r * ?, flag = ? WHERE id = ?", [of(), r.below(3), of(small)]],
  (r, of) => ["UPDATE children SET parent = ?, u = ? WHERE flag = 0", [of(key), of()]],
  (r, of) => ["DELETE FROM children WHERE id <> ? RETURNING id, typeof(r) AS kind", [of(small)]],
  (r, of) => ["INSERT INTO strict_things (k, v, x, a) VALUES (?, ?, ?, ?)", [of(key), of(small), of(small), of()]],
  (r, of) => ["UPDATE strict_things SET v = v + ?, a = ? WHERE k = ?", [of(small), of(), of(key)]],
  (r, of) => ["DELETE FROM strict_things WHERE v >= ? OR a = ?", [of(small), of()]],
  (r, of) => ["INSERT INTO log (what, at) VALUES (?, ?) RETURNING seq, typeof(what) AS w, typeof(at) AS t", [of(), of()]],
  (r, of) => ["DELETE FROM log WHERE seq % 2 = CAST(? AS INTEGER) % 2", [of(small)]],
  (r, of) => ["INSERT INTO notes (body) VALUES (?)", [of()]],
  (r, of) => ["DELETE FROM notes WHERE id = ?", [of(small)]],
  (r) => [
    "SELECT rowid, body FROM notes_text WHERE notes_text MATCH ? ORDER BY rowid",
    [r.pick(["owl", "ow*", "a OR b", '"', "NEAR(", "body : the", "é", "UNIQUE constraint failed"])],
  ],
  (r, of) => ["SELECT typeof(?1) AS t, ?1 AS v, ?1 + 1 AS p, ?1 || '' AS s, -?1 AS m, length(?1) AS l", [of()]],
  (r, of) => ["SELECT CAST(?1 AS INTEGER) AS i, CAST(?1 AS TEXT) AS t, CAST(?1 AS REAL) AS r, hex(?1) AS h", [of()]],
  (r, of) => ["SELECT ?1 = ?2 AS e, ?1 < ?2 AS l, ?1 IS ?2 AS i, ?1 LIKE ?2 AS k, max(?1, ?2) AS m", [of(), of()]],
  (r, of) => ["SELECT ?1 / ?2 AS d, ?1 % ?2 AS r, ?1 * ?2 AS p, round(?1, 2) AS o, abs(?2) AS a", [of(), of()]],
  (r, of) => ["SELECT json(?1) AS j, json_extract(?1, '$.a') AS a, json_type(?1) AS t", [of()]],
  (r, of) => ["SELECT json_group_array(x) AS all_of FROM (SELECT ? AS x UNION ALL SELECT ?)", [of(), of()]],
  (r, of) => ["SELECT quote(?1) AS q, upper(?1) AS u, trim(?1) AS t, instr(?1, ?2) AS i, substr(?1, 2) AS s", [of(), of()]],
  (r, of) => ["SELECT * FROM parents WHERE (n, id) > (?, ?) ORDER BY n, id LIMIT 3", [of(small), of(key)]],
  (r, of) => ["SELECT sum(r) AS s, avg(r) AS a, total(r) AS t, count(*) AS n, max(id) AS m FROM children", []],
  (r, of) => ["SELECT id, n, row_number() OVER (ORDER BY n, id) AS place FROM parents WHERE n <> ?", [of(small)]],
  (r) => ["SELECT 9223372036854775807 AS a, -9223372036854775808 AS b, 1e999 AS c, x'00ff' AS d, 1 AS e, 2 AS e", []],
  (r, of) => [
    r.pick([
      "SELECT * FROM nowhere WHERE a = ?", "SELEC ?", "SELECT ?, ?", "INSERT INTO parents (nope) VALUES (?)",
      "SELECT abs(-9223372036854775808) + ?", "UPDATE parents SET n = (SELECT 1, ?)", "SELECT nope(?)",
    ]),
    [of()],
  ],
  (r) => [`SELECT ${Array(r.pick([99, 100, 101])).fill("?").join(" + ")} AS n`, Array(r.pick([100, 101])).fill(1)],
  (r) => [r.pick(["", "  ", "-- nothing", "BEGIN", "COMMIT", "SAVEPOINT s", "ROLLBACK"])],
];
