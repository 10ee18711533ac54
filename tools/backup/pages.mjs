// Reads tables page by page: several small ones in one command, large ones in many, never more than a few megabytes.
import { page } from "./schema.mjs";

/** Characters of rows in one answer, and rows in one page of a table. */
export const BYTES = 4_000_000;
const LIMIT = 10_000;
/** What a row is thought to take before one was seen. */
const GUESS = 1_000;

/** Changes of this connection to the database; it stands still exactly while nobody writes. */
export const FENCE = "SELECT total_changes() AS changes";

/**
 * Yields { table } as each begins, then its rows as { row }. `counts` are estimates; `options(table)` goes to `page`;
 * `fence` hears what FENCE said before and after each command's rows.
 */
export async function* read(database, tables, { counts, options = () => ({}), fence = () => undefined, bytes = BYTES }) {
  const left = [...tables];
  let after;
  let sizes = GUESS;
  let limit = LIMIT;
  let begun;
  while (left.length > 0) {
    // The first is where we are; others follow as long as all of it should fit.
    const some = [left[0]];
    let expected = (counts[left[0].name] ?? 0) * sizes;
    for (const table of left.slice(1)) {
      expected += ((counts[table.name] ?? 0) + 1) * GUESS;
      if (expected > bytes) break;
      some.push(table);
    }
    const from = (at) => (at === 0 ? after : undefined);
    const statements = some.map((table, at) => page(table, { ...options(table), after: from(at), limit, bytes }));
    let answers;
    try {
      answers = await database.query([FENCE, ...statements, FENCE].join(";\n"));
    } catch (error) {
      // An answer that is too large for whoever is between us is asked for in smaller parts.
      if (limit === 1 || /no such|syntax|authori[sz]/i.test(error.message)) throw error;
      limit = Math.ceil(limit / 10);
      continue;
    }
    const asked = limit;
    limit = Math.min(LIMIT, limit * 4);
    for (const [row] of [answers[0], answers.at(-1)]) fence(row.changes);
    for (const [at, rows] of answers.slice(1, -1).entries()) {
      const table = some[at];
      if (begun !== table) yield { table: table.name };
      begun = table;
      for (const { j } of rows) yield { row: j };
      const whole = rows.length === 0 || (rows.length === rows[0].n && rows.length < asked);
      if (whole) {
        left.shift();
        [after, sizes] = [undefined, GUESS];
        continue;
      }
      // It goes on; what came of later tables has to be read after it, so that children come after their parents.
      after = rows.at(-1).k;
      sizes = rows.reduce((sum, { j }) => sum + j.length, 0) / rows.length;
      break;
    }
  }
}
