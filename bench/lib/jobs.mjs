// The jobs, and what it takes for two answers to be the same.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";

import { charts, names, natives } from "./bodies.mjs";
import { HOUSE } from "./settings.mjs";

/** What the calculation job asks for; everything that could default to the day is given. */
export const CALCULATION = {
  full_name: "Ada Vellocea Marin",
  birth_date: "1990-04-12",
  system: "pythagorean",
  current_year: new Date().getUTCFullYear(),
};

export const CALCULATE_PATH = "/api/v1/engines/numerology/calculate";

export const CHART_PATH = "/api/v1/engines/human_design/calculate";
export const NATAL_PATH = "/api/v1/workflows/natal/run";

/** Questions of the job from KV: their results together are more than an isolate keeps (4 MiB), which is checked. */
export const KEPT = names(2_000, CALCULATION);

const LIST_PATH = "/api/v1/readings?limit=20";

/**
 * Spellings of the list's address that mean the same: any character of a query may be written as an escape, with digits of either
 * case (RFC 3986 section 2.1). What keeps answers by their address has one for each, and asked one after another they are more
 * than Witness keeps (4 MiB), which is checked.
 */
export const SPELLINGS = [..."limit"]
  .reduce((before, character) => before.flatMap((start) => written(character).map((end) => start + end)), [""])
  .flatMap((name) => ["20", "%320", "2%30", "%32%30"].map((value) => `/api/v1/readings?${name}=${value}`));

function written(character) {
  const code = character.charCodeAt(0).toString(16);
  return [...new Set([character, `%${code}`, `%${code.toUpperCase()}`])];
}

/** Whether the checkout that is measured runs workflows. */
const runsWorkflows = () => "/api/v1/workflows/{name}/run" in JSON.parse(readFileSync(join(HOUSE, "public/openapi.json"), "utf8")).paths;

/**
 * The jobs for the holder of this token.
 *
 * `bodies` gives as many bodies as it is asked for, or a number of its own that is gone through again and again; with `once`
 * none may come twice, and with `kept` Witness has answered each before. `paths` are addresses that mean the same, asked one
 * after another. `subjects` names who does the job, if not all do.
 */
export function jobsFor(token) {
  return [
    { name: "health", title: "static health", method: "GET", path: "/health" },
    { name: "list", title: "list of 20 readings from D1", method: "GET", path: LIST_PATH, paths: SPELLINGS, token },
    {
      name: "calculate",
      title: "cached engine result",
      method: "POST",
      path: CALCULATE_PATH,
      body: JSON.stringify(CALCULATION),
      token,
    },
    {
      name: "calculate_kv",
      title: "cached engine result from KV",
      method: "POST",
      path: CALCULATE_PATH,
      bodies: () => KEPT.map((question) => JSON.stringify(question)),
      kept: true,
      token,
    },
    {
      name: "human_design",
      title: "uncached Human Design chart",
      method: "POST",
      path: CHART_PATH,
      bodies: charts,
      once: true,
      subjects: ["floor", "witness"],
      token,
    },
    {
      name: "natal",
      title: "uncached natal workflow",
      method: "POST",
      path: NATAL_PATH,
      bodies: natives,
      once: true,
      subjects: ["floor", "witness"],
      token,
    },
    { name: "list_kept", title: "the same list, asked again", method: "GET", path: LIST_PATH, subjects: ["peer", "witness"], token },
  ].filter(({ name }) => name !== "natal" || runsWorkflows());
}

/** One call of a job. */
export async function call(worker, job, body = job.body ?? job.bodies?.(1)[0]) {
  const headers = { "accept-encoding": "identity" }; // as wrk asks
  if (job.token) headers.authorization = `Bearer ${job.token}`;
  if (body) headers["content-type"] = "application/json";
  const response = await fetch(worker.url + job.path, { method: job.method, headers, body });
  const text = await response.text();
  return { status: response.status, text, headers: response.headers };
}

/** What is compared: health's version is each subject's own, and a cursor is opaque and signed with its maker's key. */
function comparable(job, { status, text }) {
  const body = JSON.parse(text);
  if (job.name === "health") body.version = typeof body.version;
  if (job.name.startsWith("list")) body.next_cursor = typeof body.next_cursor;
  return { status, body };
}

/** Throws unless all answers to the job are 200 and say the same. Answers by name of subject. */
export function sameAnswers(job, answers) {
  const [[firstName, first], ...rest] = Object.entries(answers);
  const expected = comparable(job, first);
  if (expected.status !== 200) throw new Error(`${firstName}, ${job.name}: ${first.status} ${first.text.slice(0, 500)}`);
  for (const [name, answer] of rest) {
    const found = comparable(job, answer);
    if (!isDeepStrictEqual(found, expected)) {
      throw new Error(`${job.name}: ${name} and ${firstName} differ\n${difference(expected, found).slice(0, 2000)}`);
    }
  }
}

/** The first place where two JSON values differ, for people. */
function difference(a, b, pointer = "") {
  if (isDeepStrictEqual(a, b)) return "";
  if (a && b && typeof a === "object" && typeof b === "object") {
    for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
      const inner = difference(a[key], b[key], `${pointer}/${key}`);
      if (inner) return inner;
    }
  }
  return `${pointer || "/"}: ${JSON.stringify(a)} against ${JSON.stringify(b)}`;
}

/** Throws unless the peer refuses what Witness refuses: no token, a foreign signature, a broken query, a broken body. */
export async function sameRefusals(workers, jobs, foreignToken) {
  const [, list, calculate] = jobs;
  const cases = [
    ["no token", { ...list, token: undefined }, 401],
    ["foreign signature", { ...list, token: foreignToken }, 401],
    ["limit out of range", { ...list, path: "/api/v1/readings?limit=1000" }, 422],
    ["unknown query parameter", { ...list, path: "/api/v1/readings?colour=blue" }, 422],
    ["unknown body field", { ...calculate, body: JSON.stringify({ ...CALCULATION, colour: "blue" }) }, 422],
    ["broken JSON", { ...calculate, body: "{" }, 400],
  ];
  for (const worker of workers) {
    for (const [title, job, expected] of cases) {
      const { status } = await call(worker, job);
      if (status !== expected) throw new Error(`${worker.name}, ${title}: ${status} in place of ${expected}`);
    }
  }
}
