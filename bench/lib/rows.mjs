// What a page of the list costs SQLite: rows read by Witness's own statements, on the first pages and deep inside,
// with few and with many readings.
import { isDeepStrictEqual } from "node:util";

import { NEWEST } from "../subjects/readings.mjs";
import { plan } from "./seed.mjs";

const PAGES = 5;

const oneLine = (sql) => sql.replace(/\s+/g, " ").trim();

/** Calls the list as a user would, page after page, and returns what each page's statements read. */
async function pagesOf(worker, token) {
  const pages = [];
  let cursor = null;
  for (let n = 0; n < PAGES; n += 1) {
    const query = cursor === null ? "limit=20" : `limit=20&cursor=${encodeURIComponent(cursor)}`;
    const response = await fetch(`${worker.url}/api/v1/readings?${query}`, { headers: { authorization: `Bearer ${token}` } });
    const body = await response.json();
    if (response.status !== 200) throw new Error(`rows read: ${response.status} ${JSON.stringify(body)}`);
    const spied = JSON.parse(Buffer.from(response.headers.get("x-spied"), "base64").toString("utf8"));
    pages.push({ statements: spied, rows: body.items.length });
    cursor = body.next_cursor;
  }
  return pages;
}

/**
 * Rows read per page of the list by the spied Witness.
 *
 * Fails when Witness asks SQLite another question than the other subjects do.
 */
export async function rowsRead(worker, file, token) {
  const pages = await pagesOf(worker, token);
  const [{ statements }] = pages;
  const lists = statements.filter(({ sql }) => /\bFROM readings\b/.test(sql));
  if (lists.length !== 1) throw new Error(`a page asks ${lists.length} questions of readings, expected one`);
  const same = oneLine(lists[0].sql) === oneLine(NEWEST);
  const plans = [plan(file, lists[0].sql, lists[0].parameters), plan(file, NEWEST, lists[0].parameters.slice(0, 2))];
  if (!same && !isDeepStrictEqual(plans[0], plans[1])) {
    throw new Error(`Witness and the peers ask differently:\n${lists[0].sql}\n${NEWEST}`);
  }
  return {
    same_text: same,
    plan: plans[0],
    statements_per_page: statements.length,
    pages: pages.map((page) => page.statements.reduce((sum, { rows_read }) => sum + (rows_read ?? 0), 0)),
  };
}
