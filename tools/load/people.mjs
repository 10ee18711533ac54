// Who uses the house, and what they do on a visit. Nothing of it is anybody's: names and births are drawn.
import { randomBytes, randomUUID } from "node:crypto";

import { Caller, Member } from "./caller.mjs";

const NAMES = ["Ada", "Bela", "Caro", "Dario", "Edda", "Falk", "Gira", "Hanno"];
const FAMILIES = ["Vellocea", "Marunde", "Osterby", "Quillane", "Tresko", "Wyndamar"];
const ZONES = ["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Sydney"];
const QUESTIONS = ["What deserves my attention?", "What helps today?", "What may I leave?", "Where do I begin?"];

/** Nothing can be said of so few readings. */
const TOO_SMALL = 422;

const pick = (random, from) => from[Math.floor(random() * from.length)];
const two = (number) => String(number).padStart(2, "0");

/** A birth that engines take. */
export function birth(random) {
  const day = `${1950 + Math.floor(random() * 55)}-${two(1 + Math.floor(random() * 12))}-${two(1 + Math.floor(random() * 28))}`;
  const time = `${two(Math.floor(random() * 24))}:${two(Math.floor(random() * 60))}`;
  return { full_name: `${pick(random, NAMES)} ${pick(random, FAMILIES)}`, birth_date: day, birth_time: time, time_zone: pick(random, ZONES) };
}

/** Engines with a question about somebody. */
const CALCULATIONS = [
  ["numerology", ({ full_name, birth_date }) => ({ full_name, birth_date })],
  ["biorhythm", ({ birth_date }) => ({ birth_date, forecast_days: 7 })],
  ["human_design", ({ birth_date, birth_time, time_zone }) => ({ birth_date, birth_time, time_zone })],
  ["tarot", (_, random) => ({ question: pick(random, QUESTIONS), spread: "three_card" })],
  ["iching", (_, random) => ({ question: pick(random, QUESTIONS), method: "coins" })],
];

/** Somebody who has an account, a verified address and an API key for a launcher. */
export async function register(api, random) {
  const about = birth(random);
  const credentials = { email: `load-${randomBytes(8).toString("hex")}@example.com`, password: randomBytes(18).toString("base64url") };
  const stranger = new Caller(api);
  const made = await stranger.ask("POST", "/api/v1/auth/register", { body: credentials, expected: [202] });
  const member = new Member(api, credentials);
  if (made?.status !== 202 || !(await member.signIn())) return undefined;
  const { time_zone, birth_time, ...rest } = about;
  await api.verify(member.account);
  const profile = { ...rest, birth_time, birth_time_zone: time_zone, time_zone };
  await member.ask("PUT", "/api/v1/user/profile/update", { body: profile });
  const scopes = ["readings:read", "engines:calculate"];
  const key = await member.ask("POST", "/api/v1/keys", { body: { name: "Launcher", scopes }, expected: [201] });
  return key?.status === 201 ? { about, member, launcher: new Caller(api, key.body.key), kept: new Map() } : undefined;
}

/** Keeps a reading, as a client that repeats what it got no answer to. Whatever was acknowledged stands in `person.kept`. */
async function keep(person, random, attempts) {
  const [engine, input] = pick(random, CALCULATIONS);
  const note = randomUUID();
  const question = { engine, input: input(person.about, random), note };
  const headers = { "idempotency-key": note };
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const answer = await person.member.ask("POST", "/api/v1/readings", { body: question, headers, expected: [201] });
    if (answer?.status === 201) {
      person.kept.set(answer.body.id, note);
      return answer.body;
    }
    await new Promise((resolve) => setTimeout(resolve, 250 * 2 ** attempt));
  }
  return undefined;
}

/** Opens the app in a browser: what its first view shows, and now and then something is done. */
async function browser({ person, random, pause, attempts }) {
  const { member } = person;
  if (!(await member.ready())) return;
  await Promise.all([member.get("/api/v1/auth/me"), member.get("/api/v1/user/profile"), member.get("/api/v1/user/preferences")]);
  await Promise.all([member.get("/api/v1/forecasts/daily"), member.get("/api/v1/readings?limit=20"), member.get("/api/v1/engines")]);
  await pause();
  const reading = await keep(person, random, attempts);
  if (!reading) return;
  await pause();
  await member.get(`/api/v1/readings/${reading.id}`);
  if (random() < 0.5) {
    await pause();
    await member.ask("PATCH", `/api/v1/readings/${reading.id}`, { body: { rating: 1 + Math.floor(random() * 5), favourite: random() < 0.3 } });
  }
  if (random() < 0.3) {
    const answer = await member.ask("POST", `/api/v1/readings/${reading.id}/shares`, { body: { days: 7 }, expected: [201] });
    if (answer?.status === 201) person.shared = answer.body.token;
  }
  if (random() < 0.2) {
    await pause();
    const answer = await member.ask("DELETE", `/api/v1/readings/${reading.id}`, { expected: [204, ...(attempts > 1 ? [404] : [])] });
    // Where nothing came back, it may be gone.
    person.kept.delete(reading.id);
    if (answer?.status !== 204) (person.unsure ??= new Set()).add(reading.id);
    if (person.shared && random() < 0.5) person.shared = undefined;
  }
}

/** A launcher that shows the day, and asks something now and then. */
async function launcher({ person, random, pause }) {
  await person.launcher.get("/api/v1/raycast/daily-forecast");
  await pause();
  if (random() < 0.3) await person.launcher.get("/api/v1/raycast/weekly-forecast");
  if (random() < 0.3) await person.launcher.ask("POST", "/api/v1/raycast/quick-reading", { body: { question: pick(random, QUESTIONS) } });
}

/** Looks back. */
async function history({ person, pause }) {
  const { member } = person;
  if (!(await member.ready())) return;
  const list = await member.get("/api/v1/readings?limit=20");
  await pause();
  if (list?.next_cursor) await member.get(`/api/v1/readings?limit=20&cursor=${encodeURIComponent(list.next_cursor)}`);
  await member.get("/api/v1/timeline?limit=20");
  await pause();
  await Promise.all([member.get("/api/v1/readings/insights"), member.ask("GET", "/api/v1/readings/correlation", { expected: [200, TOO_SMALL] })]);
  await member.get("/api/v1/user/activity");
}

/** Asks engines about somebody new. */
async function explorer({ person, random, pause }) {
  const { member } = person;
  if (!(await member.ready())) return;
  const about = birth(random);
  const [engine, input] = pick(random, CALCULATIONS);
  await member.ask("POST", `/api/v1/engines/${engine}/calculate`, { body: input(about, random) });
  await pause();
  const { full_name, birth_date, birth_time, time_zone } = about;
  await member.ask("POST", "/api/v1/workflows/natal/run", { body: { full_name, birth_date, birth_time, time_zone } });
  await pause();
  const items = CALCULATIONS.slice(0, 3).map(([name, of]) => ({ id: name, engine: name, input: of(about, random) }));
  await member.ask("POST", "/api/v1/engines/batch", { body: { items } });
}

/** Follows a link, or looks what there is. */
async function stranger({ api, person, pause }) {
  const visitor = new Caller(api);
  await visitor.get("/health");
  if (person.shared) await visitor.ask("GET", `/api/v1/shared/${person.shared}`, { expected: [200, 404] });
  await pause();
  await visitor.get("/api/v1/engines");
  await visitor.get("/api/v1/engines/tarot");
}

/** Comes for the first time, and perhaps not again. */
async function newcomer({ api, random, pause, attempts }) {
  const person = await register(api, random);
  if (!person) return;
  await pause();
  await browser({ person, random, pause, attempts });
  await pause();
  await person.member.ask("DELETE", "/api/v1/auth/me", { expected: [204] });
}

/** What visits there are, with how many of a hundred are such. */
export const VISITS = [
  [browser, 38],
  [launcher, 32],
  [history, 13],
  [explorer, 9],
  [stranger, 7],
  [newcomer, 1],
];

/** One of them, by a random number. */
export function visit(random) {
  let at = random() * VISITS.reduce((sum, [, share]) => sum + share, 0);
  return VISITS.find(([, share]) => (at -= share) < 0)[0];
}

/** Readings that were acknowledged and are not there, and those that are there twice. */
export async function missing(people) {
  const [lost, doubled] = [[], []];
  for (const { member, kept, unsure } of people) {
    if (!(await member.ready())) throw new Error("somebody cannot sign in any more");
    const found = new Map();
    for (let cursor = ""; cursor !== null; ) {
      const page = await member.get(`/api/v1/readings?limit=100${cursor && `&cursor=${encodeURIComponent(cursor)}`}`, { headers: { "if-none-match": "" } });
      for (const { id, note } of page.items) found.set(id, note);
      cursor = page.next_cursor;
    }
    lost.push(...[...kept.keys()].filter((id) => !found.has(id) && !unsure?.has(id)));
    const notes = [...found.values()];
    doubled.push(...notes.filter((note, at) => notes.indexOf(note) !== at));
  }
  return { lost, doubled };
}
