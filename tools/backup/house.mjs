// What this house's tables need beyond what their schema says. Each part holds only where the tables are there.

/** Read after all others: whoever was erased while the others were read is in it. */
const LAST = ["erasures"];

/** These tables in the order in which they are read and written. */
export const ordered = (tables) => [
  ...tables.filter(({ name }) => !LAST.includes(name)),
  ...tables.filter(({ name }) => LAST.includes(name)),
];

const AUDIT = ["audit_records", "audit_checkpoints", "audit_head"];
const audited = (tables) => AUDIT.every((wanted) => tables.some(({ name }) => name === wanted));

/** How far chain and retention of the audit log are. */
export const head = (tables) =>
  audited(tables)
    ? `SELECT coalesce(max(seq), 0) AS seq, coalesce(max(cleared), 0) AS cleared, coalesce(max(cut), 0) AS cut,
         (SELECT coalesce(max(seq), 0) FROM audit_checkpoints) AS signed FROM audit_head`
    : "SELECT 0 AS seq, 0 AS cleared, 0 AS cut, 0 AS signed";

/**
 * The chain goes on while it is read. Records and checkpoints up to the head of the beginning do not change any more and
 * are read in pages: `first`; the rest and the head itself in one command at the end: `rest`.
 */
export function parts(table, { seq, signed }, tables) {
  if (!audited(tables) || !AUDIT.includes(table.name)) return { first: undefined, rest: undefined };
  if (table.name === "audit_head") return { first: "0", rest: "1" };
  if (table.name === "audit_checkpoints") return { first: `t.seq <= ${signed}`, rest: `t.seq > ${signed}` };
  return { first: `t.seq <= ${seq}`, rest: `t.seq IS NULL OR t.seq > ${seq}` };
}

/** Retention removes from the front what pages may hold already: then a backup begins again. */
export const retained = (before, after) => before.cleared === after.cleared && before.cut === after.cut;

/**
 * What a restore does at its end. Who was erased while the backup was made is erased again: access at once, what is left by
 * the eraser, which goes by `completed_at`.
 */
export const finishing = (tables) =>
  ["users", "user_keys", "erasures"].every((wanted) => tables.some(({ name }) => name === wanted))
    ? `UPDATE erasures SET completed_at = NULL, attempts = 0
WHERE user_id IN (SELECT id FROM users) OR user_id IN (SELECT user_id FROM user_keys);
DELETE FROM user_keys WHERE user_id IN (SELECT user_id FROM erasures);
DELETE FROM users WHERE id IN (SELECT user_id FROM erasures);
`
    : "";
