// The one query of the list job and the shape of a reading, shared by the floor and the peer so that
// all three subjects ask SQLite the same thing: lib/rows.mjs fails the run when Witness's own text differs.

/** Readings a page by default. */
export const PAGE = 20;

/** What a reading consists of, in the order of the contract. */
const COLUMNS = [
  "id", "engine", "engine_version", "title", "summary", "input", "input_hash", "result", "source", "degraded",
  "favourite", "note", "rating", "created_at", "updated_at", "version",
].join(", ");

/** The newest page: the user, then one row more than the page holds, to know whether there are more. */
export const NEWEST = `SELECT ${COLUMNS} FROM readings WHERE user_id = ? AND deleted_at IS NULL \
ORDER BY created_at DESC, id DESC LIMIT ?`;

/** The page after a position: the user, created_at and id of the last reading seen, rows. */
export const FOLLOWING = `SELECT ${COLUMNS} FROM readings WHERE user_id = ? AND deleted_at IS NULL \
AND (created_at, id) < (?, ?) ORDER BY created_at DESC, id DESC LIMIT ?`;

/** A row as the contract's Reading. */
export function toReading(row) {
  return {
    ...row,
    input: JSON.parse(row.input),
    result: JSON.parse(row.result),
    degraded: row.degraded === 1,
    favourite: row.favourite === 1,
    created_at: new Date(row.created_at).toISOString(),
    updated_at: new Date(row.updated_at).toISOString(),
  };
}
