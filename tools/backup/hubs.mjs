// The logs of people's devices, which no database holds: read from their hubs by the API of administrators, and put back.
//
// The file is written as that of a database (format.mjs), with "kind":"hubs" in its header. In the place of a table stands
// the id of a person; each row is an entry as the hub stores it, ["{…}"], and the last one the state, ["{…}","epoch"].
// Only a hub reads either: what devices tell each other is encrypted by them.
import { tally } from "./format.mjs";

export const KIND = "hubs";
/** Limits of a page that is put back, in entries and bytes. */
const ENTRIES = 500;
const BYTES = 250_000;
const PATIENCE = 30_000;
const ATTEMPTS = 8;
const PEOPLE = 5_000;

const pause = (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

/** The API at that address; asks again where it is told to wait. What it answers in the end is { status, body }. */
export function api(url, key, { fetch: ask = fetch, wait = pause } = {}) {
  if (!/^https?:\/\//.test(url)) throw new Error("URL has to be the address of the Worker, https://…");
  if (!key) throw new Error("WITNESS_ADMIN_KEY has to be set: an admin key with admin:backup:read, to restore admin:backup:write too");
  const base = url.replace(/\/+$/, "");
  return async (person, { after = 0, body } = {}) => {
    const address = `${base}/api/v1/admin/hubs/${person}/log${body ? "" : `?after=${after}`}`;
    for (let attempt = 1; ; attempt += 1) {
      let [answer, trouble] = [];
      try {
        answer = await ask(address, {
          method: body ? "PUT" : "GET",
          headers: { authorization: `Bearer ${key}`, ...(body && { "content-type": "application/json" }) },
          body: body && JSON.stringify(body),
          signal: AbortSignal.timeout(PATIENCE),
          redirect: "error",
        });
        if (![429, 500, 502, 503, 504].includes(answer.status)) {
          return { status: answer.status, body: await answer.json().catch(() => ({})) };
        }
        trouble = `answered ${answer.status}`;
        await answer.body?.cancel();
      } catch (error) {
        trouble = error.cause?.message ?? error.message;
      }
      if (attempt === ATTEMPTS) throw new Error(`the hub of ${person}: ${trouble}, ${ATTEMPTS} times`);
      await wait(Math.min(Number(answer?.headers.get("retry-after")) || attempt, 60));
    }
  };
}

const refused = (person, { status, body }) =>
  new Error(`the hub of ${person}: ${status} ${body.code ?? ""} ${body.detail ?? ""}`.trim());

/** Yields the pages of a hub as they are now. */
async function* pages(ask, person) {
  for (let after = 0; after !== null; ) {
    const answer = await ask(person, { after });
    if (answer.status !== 200) throw refused(person, answer);
    yield answer.body;
    after = answer.body.next;
  }
}

/** People whose hub may have a log: those who ever had a device. */
async function* people(database) {
  for (let last = ""; ; ) {
    const [rows] = await database.query(
      `SELECT DISTINCT user_id AS person FROM devices WHERE user_id > '${last}' ORDER BY user_id LIMIT ${PEOPLE}`,
    );
    for (const { person } of rows) yield person;
    if (rows.length < PEOPLE) return;
    last = rows.at(-1).person;
  }
}

/** The entries of a backup of hubs. The state that is kept is that of the last page: it goes with all entries before. */
export async function* hubs(database, ask, now) {
  for await (const person of people(database)) {
    let last;
    for await (const page of pages(ask, person)) {
      if (!last && page.state !== null) yield { table: person };
      if (last && last.epoch !== page.epoch) throw new Error(`the hub of ${person} began anew while it was read: make the backup again`);
      last = page;
      for (const entry of page.entries) yield { row: JSON.stringify([entry]) };
    }
    // Of a deleted account nothing is left but that it is gone.
    if (last.state !== null && !JSON.parse(last.state).gone) yield { row: JSON.stringify([last.state, last.epoch]) };
  }
  return { ended_at: new Date(now()).toISOString() };
}

/** One person's log on its way back: pages are held until it is known whether they are the last. */
class Way {
  #held = [];
  #bytes = 0;
  #after = 0;
  #sum = tally();
  last = 0;

  constructor(ask, person) {
    Object.assign(this, { ask, person, place: "open" });
  }

  async #put(state = null) {
    if (this.place !== "open") return;
    const answer = await this.ask(this.person, { body: { after: this.#after, entries: this.#held, state } });
    if (answer.status === 404) this.place = "gone";
    else if (answer.status === 409) this.place = "taken";
    else if (answer.status !== 200) throw refused(this.person, answer);
    [this.#after, this.#held, this.#bytes] = [this.last, [], 0];
  }

  async entry(text, row) {
    const size = Buffer.byteLength(text);
    if (this.#held.length === ENTRIES || (this.#held.length > 0 && this.#bytes + size > BYTES)) await this.#put();
    this.#held.push(text);
    this.#bytes += size;
    this.#sum.row(row);
    this.last = JSON.parse(text).offset;
  }

  /** Ends it; answers with what became of it: back, there (already), gone (the account), taken (by another log). */
  async end(state, epoch) {
    await this.#put(state);
    if (this.place === "gone") return "gone";
    const found = tally();
    let same = true;
    for await (const page of pages(this.ask, this.person)) {
      same &&= page.epoch === epoch;
      // What came since is not of the backup.
      for (const entry of page.entries) if (JSON.parse(entry).offset <= this.last) found.row(JSON.stringify([entry]));
    }
    if (!same) return "taken";
    // Retention has gone on where devices are back for long.
    if (this.place === "taken") return "there";
    const [wanted, got] = [this.#sum.sum(), found.sum()];
    if (wanted.rows === got.rows && wanted.sha256 === got.sha256) return "back";
    throw new Error(`the hub of ${this.person} has ${got.rows} entries, not the ${wanted.rows} of the backup, or others`);
  }
}

/** Puts back what `rows` reads. Answers with the people, by what became of their logs. */
export async function putBack(rows, ask, print) {
  const done = { back: [], there: [], gone: [], taken: [] };
  let way;
  for await (const { table, row } of rows) {
    if (way?.person !== table) way = new Way(ask, table);
    const [text, epoch] = JSON.parse(row);
    if (epoch === undefined) {
      await way.entry(text, row);
    } else {
      done[await way.end(text, epoch)].push(table);
      if (done.back.length % 100 === 99) print(`${done.back.length} logs are back`);
    }
  }
  return done;
}
