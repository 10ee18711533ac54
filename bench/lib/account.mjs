// The user of the bench: registered with Witness itself where it runs, else made up.
import { randomBytes, randomUUID } from "node:crypto";

import { CALCULATE_PATH, CALCULATION } from "./jobs.mjs";
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
  return { user: claimsOf(token).sub, key, token, claims: claimsOf(token), header: headerOf(token), credentials, samples };
}

/** The calculation job's answer once Witness has it in its cache, as the text that it sends. */
export async function cachedCalculation(worker, token) {
  for (let attempt = 0; attempt < 20; attempt += 1) {
    const calculation = await post(worker, CALCULATE_PATH, CALCULATION, token);
    if (calculation.source === "cache") return JSON.stringify(calculation);
  }
  throw new Error("Witness never answers the calculation job from its cache");
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
  return { user: claims.sub, key, token: sign(key, { alg: "HS256", typ: "JWT" }, claims), claims, samples };
}
