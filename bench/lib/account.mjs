// The user of the bench: registered with Witness itself where it runs, else made up.
import { randomBytes, randomUUID } from "node:crypto";

import { CALCULATE_PATH, CALCULATION, call, jobsFor } from "./jobs.mjs";
import { settings } from "./settings.mjs";
import { claimsOf, headerOf, prolong, sign } from "./token.mjs";

const LIFE_SECONDS = 24 * 3600;

/** What the samples of the list ask the engines. */
const QUESTIONS = [
  ["numerology", CALCULATION],
  ["biorhythm", { birth_date: "1990-04-12", target_date: "2026-03-01", forecast_days: 7 }],
  ["tarot", { question: "What now?", spread: "three_card", seed: "bench" }],
  ["iching", { question: "What now?", method: "coins", seed: "bench" }],
];

async function post(worker, path, body, token) {
  const headers = { "content-type": "application/json" };
  if (token) headers.authorization = `Bearer ${token}`;
  const response = await fetch(worker.url + path, { method: "POST", headers, body: JSON.stringify(body) });
  const text = await response.text();
  if (!response.ok) throw new Error(`POST ${path}: ${response.status} ${text.slice(0, 500)}`);
  return text === "" ? null : JSON.parse(text);
}

/** Registers and logs in with Witness; asks each engine once, so that the seeded readings are real ones. */
export async function realAccount(worker, jwtSecret) {
  const credentials = { email: "bench@example.com", password: randomBytes(18).toString("base64url") };
  await post(worker, "/api/v1/auth/register", credentials);
  const { access_token } = await post(worker, "/api/v1/auth/login", credentials);
  const samples = [];
  for (const [engine, input] of QUESTIONS) {
    const calculation = await post(worker, `/api/v1/engines/${engine}/calculate`, input, access_token);
    samples.push({ ...calculation, input });
  }
  const { key, token } = prolong(access_token, jwtSecret, LIFE_SECONDS);
  const made = {};
  const once = jobsFor(token).filter(({ name, once }) => once && settings.jobs.includes(name));
  for (const job of once) made[job.path] = await madeAnew(worker, job);
  return { user: claimsOf(token).sub, key, token, claims: claimsOf(token), header: headerOf(token), credentials, samples, made };
}

/** The calculation job's answer once Witness has it in its cache, as the text that it sends. */
export async function cachedCalculation(worker, token) {
  for (let attempt = 0; attempt < 20; attempt += 1) {
    const calculation = await post(worker, CALCULATE_PATH, CALCULATION, token);
    if (calculation.source === "cache") return JSON.stringify(calculation);
  }
  throw new Error("Witness never answers the calculation job from its cache");
}

/** Bytes of results that an isolate of Witness keeps (`oracle/results.rs`). */
const KEPT_IN_ISOLATE = 4 * 1024 * 1024;

/**
 * The answers to the questions of the job from KV once Witness has them there, as the texts that it sends.
 *
 * Throws where an answer comes from elsewhere: then the job would measure something else.
 */
export async function keptCalculations(worker, job) {
  const bodies = job.bodies();
  const ask = (body) => call(worker, job, body);
  for (let from = 0; from < bodies.length; from += 20) await Promise.all(bodies.slice(from, from + 20).map(ask));
  const answers = [];
  for (const body of bodies) {
    const { status, text, headers } = await ask(body);
    if (status !== 200 || JSON.parse(text).source !== "cache" || !/\bkv;/.test(headers.get("server-timing"))) {
      throw new Error(`${job.name}: ${status}, ${headers.get("server-timing")}: not from KV`);
    }
    answers.push(text);
  }
  const bytes = answers.reduce((sum, text) => sum + text.length, 0);
  if (bytes < 2 * KEPT_IN_ISOLATE) throw new Error(`${job.name}: ${bytes} bytes fit into an isolate`);
  return answers;
}

/** Throws unless addresses that were all asked before are not kept when they are asked again. */
export async function keepsNone(worker, job) {
  for (const path of job.paths) await call(worker, { ...job, path });
  for (const path of job.paths) {
    const { status, headers } = await call(worker, { ...job, path });
    const found = headers.get("cache-status") ?? "";
    if (status !== 200 || !found.includes("fwd=miss")) throw new Error(`${job.name}: ${status}, ${found}: kept`);
  }
}

/** Throws unless what is asked for the first time is made and not found. The answer, as text. */
export async function madeAnew(worker, job) {
  const { status, text } = await call(worker, job);
  if (status !== 200 || /"source":"(cache|stale)"/.test(text)) throw new Error(`${job.name}: ${status} ${text.slice(0, 500)}`);
  return text;
}

/** A stand-in for when Witness is not among the subjects: the same sizes, invented words. */
export function inventedAccount() {
  const key = randomBytes(32);
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    iss: "witness", aud: "witness-api", sub: randomUUID(), iat: now, exp: now + LIFE_SECONDS,
  };
  const samples = QUESTIONS.map(([engine, input]) => ({
    engine, engine_version: "1.0.0", title: `${engine} reading`, summary: "A sentence that sums it up.", input,
    input_hash: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", source: "embedded", degraded: false,
    result: { numbers: Object.fromEntries(Array.from({ length: 12 }, (_, n) => [`number_${n}`, { value: n, text: "word ".repeat(40) }])) },
  }));
  return { user: claims.sub, key, token: sign(key, { alg: "HS256", typ: "JWT" }, claims), claims, samples, made: {} };
}
