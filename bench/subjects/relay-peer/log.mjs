// The log in the object's own SQLite. An entry is kept as the JSON that goes out, so that it is made once.
import { PAGE, RETENTION } from "./rules.mjs";

const TABLES = [
  `CREATE TABLE IF NOT EXISTS log (place INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, device TEXT NOT NULL, seq INTEGER NOT NULL,
     stream TEXT NOT NULL, stream_seq INTEGER NOT NULL, at INTEGER NOT NULL, expires_at INTEGER, entry TEXT NOT NULL)`,
  "CREATE INDEX IF NOT EXISTS log_by_expiry ON log (expires_at) WHERE expires_at IS NOT NULL",
  // What the log does not tell any more: its epoch and ends, and how far devices and streams have come.
  "CREATE TABLE IF NOT EXISTS known (kind TEXT NOT NULL, name TEXT NOT NULL, value, PRIMARY KEY (kind, name)) WITHOUT ROWID",
];
const INSERT = `INSERT INTO log (place, id, device, seq, stream, stream_seq, at, expires_at, entry) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (id) DO NOTHING`;
const FIND = "SELECT place AS offset, stream_seq FROM log WHERE id = ?";
const NEXT = `SELECT place, entry FROM log WHERE place > ? AND device IS NOT ? AND (expires_at IS NULL OR expires_at >= ?)
  ORDER BY place LIMIT ?`;
const KNOW = "INSERT INTO known (kind, name, value) VALUES (?, ?, ?) ON CONFLICT (kind, name) DO UPDATE SET value = excluded.value";

export class Log {
  #sql;

  constructor(sql) {
    this.#sql = sql;
    for (const table of TABLES) sql.exec(table);
    const known = sql.exec("SELECT kind, name, value FROM known").toArray();
    const of = (kind) => known.filter((row) => row.kind === kind).map(({ name, value }) => [name, value]);
    const ends = Object.fromEntries(of("log"));
    this.senders = new Map(of("sender"));
    this.streams = new Map(of("stream"));
    for (const { name, last } of sql.exec("SELECT device AS name, max(seq) AS last FROM log GROUP BY device")) {
      this.senders.set(name, Math.max(last, this.senders.get(name) ?? 0));
    }
    for (const { name, last } of sql.exec("SELECT stream AS name, max(stream_seq) AS last FROM log GROUP BY stream")) {
      this.streams.set(name, Math.max(last, this.streams.get(name) ?? 0));
    }
    this.floor = ends.floor ?? 0;
    this.offset = Math.max(ends.offset ?? 0, sql.exec("SELECT max(place) AS last FROM log").one().last ?? 0);
    this.epoch = ends.epoch;
    if (!this.epoch) {
      this.epoch = crypto.getRandomValues(new Uint8Array(16)).toBase64({ alphabet: "base64url", omitPadding: true });
      sql.exec(KNOW, "log", "epoch", this.epoch);
    }
  }

  /** The last `seq` of a device that is kept. */
  acknowledged(device) {
    return this.senders.get(device) ?? 0;
  }

  /** Keeps an event; nothing if its id is there. */
  insert(device, { id, seq, stream, expires_at, body }, at) {
    const offset = this.offset + 1;
    const stream_seq = (this.streams.get(stream) ?? 0) + 1;
    const entry = JSON.stringify({ offset, class: "private", stream, stream_seq, id, device, seq, at, expires_at, body });
    const { rowsWritten } = this.#sql.exec(INSERT, offset, id, device, seq, stream, stream_seq, at, expires_at ?? null, entry);
    if (rowsWritten === 0) return undefined;
    this.offset = offset;
    this.streams.set(stream, stream_seq);
    this.senders.set(device, seq);
    return { offset, stream_seq, entry };
  }

  /** A place is taken without an entry. */
  pass(device, seq) {
    this.senders.set(device, seq);
    this.#sql.exec(KNOW, "sender", device, seq);
  }

  find(id) {
    return this.#sql.exec(FIND, id).toArray()[0];
  }

  /** What comes next for a device: entries as JSON, as many as fit into a frame. */
  page(after, device, alive, room) {
    const page = { entries: [], bytes: 0, last: after };
    for (const { place, entry } of this.#sql.exec(NEXT, after, device, alive, Math.min(room.entries, PAGE.entries))) {
      if (page.entries.length > 0 && page.bytes + entry.length > Math.min(room.bytes, PAGE.bytes)) break;
      page.entries.push(entry);
      page.bytes += entry.length;
      page.last = place;
    }
    return page;
  }

  /** Entries between two offsets that are not of a device, for windows that were forgotten. */
  between(after, last, device) {
    const SUM = "SELECT count(*) AS entries, total(length(entry)) AS bytes FROM log WHERE place > ? AND place <= ? AND device IS NOT ?";
    return this.#sql.exec(SUM, after, last, device).one();
  }

  /** Removes what is too old, too many or expired; called now and then. */
  tidy(now, alive) {
    const [first] = this.#sql.exec("SELECT place, at FROM log ORDER BY place LIMIT 1");
    const over = first && (this.offset - this.floor > RETENTION.most || first.at < now - RETENTION.age);
    this.#sql.exec("DELETE FROM log WHERE expires_at < ?", alive);
    if (over) this.floor = Math.min(this.offset, Math.max(this.floor, first.place - 1) + RETENTION.step);
    if (over) this.#sql.exec("DELETE FROM log WHERE place <= ?", this.floor);
    this.#sql.exec(KNOW, "log", "floor", this.floor);
    this.#sql.exec(KNOW, "log", "offset", this.offset);
    for (const [name, last] of this.senders) this.#sql.exec(KNOW, "sender", name, last);
    for (const [name, last] of this.streams) this.#sql.exec(KNOW, "stream", name, last);
  }
}
