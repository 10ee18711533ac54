// Fills the SQLite file behind a local D1 database, while no workerd holds it.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** The SQLite file that Miniflare made for the only D1 database under this folder of state. */
export function databaseFile(state) {
  const files = readdirSync(join(state, "d1"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".sqlite") && !name.endsWith("metadata.sqlite"))
    .map((name) => join(state, "d1", name));
  if (files.length !== 1) throw new Error(`expected one database under ${state}, found ${files.length}`);
  return files[0];
}

/** Applies the migrations of the house in order. */
export function migrate(file, folder) {
  const database = new DatabaseSync(file);
  for (const name of readdirSync(folder).filter((name) => name.endsWith(".sql")).sort()) {
    database.exec(readFileSync(join(folder, name), "utf8"));
  }
  database.close();
}

const FIRST_CREATED = Date.UTC(2024, 0, 1);

/** A UUIDv7-shaped id that follows the order of `n`. */
const identifier = (millis, n) => {
  const time = millis.toString(16).padStart(12, "0");
  const rest = n.toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-${rest}`;
};

/**
 * Gives a user `count` readings, a minute apart, cycling through `samples`
 * (each: engine, engine_version, title, summary, input, input_hash, result as JSON values).
 * Every seventh is a favourite, every fifth has a note; one deleted reading lies among every fifty kept ones.
 */
export function seedReadings(file, user, count, samples) {
  const database = new DatabaseSync(file);
  database.exec("PRAGMA synchronous = OFF; PRAGMA cache_size = -262144; BEGIN");
  const insert = database.prepare(
    `INSERT INTO readings (id, user_id, engine, engine_version, title, summary, input, input_hash, result, source,
       degraded, favourite, note, rating, created_at, updated_at, version, deleted_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?, ?, 1, ?)`,
  );
  const rows = samples.map((sample) => ({
    ...sample,
    input: JSON.stringify(sample.input),
    result: JSON.stringify(sample.result),
  }));
  const put = (n, deleted) => {
    const sample = rows[n % rows.length];
    const at = FIRST_CREATED + n * 60_000;
    insert.run(
      identifier(at, deleted ? n + 2 ** 40 : n), user, sample.engine, sample.engine_version, sample.title, sample.summary,
      sample.input, sample.input_hash, sample.result, "embedded", n % 7 === 0 ? 1 : 0,
      n % 5 === 0 ? `Note ${n}: a slow morning, "quoted" and naïve.` : null, n % 6, at, at, deleted ? at : null,
    );
  };
  for (let n = 0; n < count; n += 1) {
    put(n, false);
    if (n % 50 === 0) put(n, true);
  }
  database.exec("COMMIT; PRAGMA optimize");
  const { kept } = database.prepare("SELECT count(*) AS kept FROM readings WHERE deleted_at IS NULL").get();
  database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  database.close();
  if (kept !== count) throw new Error(`seeded ${kept} readings, wanted ${count}`);
}

/** How SQLite would run a query: the detail lines of EXPLAIN QUERY PLAN. */
export function plan(file, sql, parameters) {
  const database = new DatabaseSync(file, { readOnly: true });
  const lines = database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...parameters).map((row) => row.detail);
  database.close();
  return lines;
}
