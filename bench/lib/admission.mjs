// What admission, the check of a token and a login cost. Everything is seen from outside: nothing in the Worker knows
// that it is measured.
import { readFileSync } from "node:fs";

import { call } from "./jobs.mjs";
import { load } from "./load.mjs";
import { settings } from "./settings.mjs";
import { median } from "./statistics.mjs";
import { sign } from "./token.mjs";

/** Requests, one after another, that had to ask an object, by their own `Server-Timing`. */
export async function hops(worker, job, requests) {
  let asked = 0;
  for (let number = 0; number < requests; number += 1) {
    const { status, headers } = await call(worker, job);
    if (status !== 200) throw new Error(`${job.name}: ${status}`);
    if (/\bobject;/.test(headers.get("server-timing") ?? "")) asked += 1;
  }
  return { requests, asked };
}

/**
 * CPU microseconds of checking an HS256 access token: a request with a token that has expired, which is read and
 * checked to the end, less one without any. Both get the same 401.
 */
export async function verification(worker, job, { key, header, claims }) {
  const past = { ...claims, nbf: claims.iat - 7200, iat: claims.iat - 7200, exp: claims.iat - 3600 };
  const expired = { ...job, token: sign(key, header, past), refused: true };
  const without = { ...job, token: undefined, refused: true };
  const rounds = { expired: [], without: [] };
  for (const one of [expired, without]) await load(worker, one, settings.warmUp, settings.connections);
  for (let round = 0; round < settings.rounds; round += 1) {
    rounds.expired.push((await load(worker, expired, settings.seconds, settings.connections)).cpuMicros);
    rounds.without.push((await load(worker, without, settings.seconds, settings.connections)).cpuMicros);
  }
  const [expiredMicros, withoutMicros] = [median(rounds.expired), median(rounds.without)];
  return { cpu_us: Number((expiredMicros - withoutMicros).toFixed(1)), expired_us: expiredMicros, without_us: withoutMicros };
}

const resident = (pid, name) =>
  Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]) * 1024;

/** CPU and time of a login, one at a time, and the memory of workerd before, after and at most. */
export async function logins(worker, credentials) {
  const body = JSON.stringify(credentials);
  const login = { name: "login", method: "POST", path: "/api/v1/auth/login", body };
  const unreadable = { ...login, body: JSON.stringify({ ...credentials, password: "" }), refused: true };
  const before = resident(worker.pid, "VmRSS");
  await load(worker, login, settings.warmUp, 1);
  const rounds = [];
  for (let round = 0; round < settings.rounds; round += 1) rounds.push(await load(worker, login, settings.seconds, 1));
  const rest = await load(worker, unreadable, settings.seconds, 1);
  return {
    cpu_ms: Number((median(rounds.map((one) => one.cpuMicros)) / 1000).toFixed(2)),
    p50_ms: Number((median(rounds.map((one) => one.p50Micros)) / 1000).toFixed(2)),
    refused_before_the_hash_cpu_ms: Number((rest.cpuMicros / 1000).toFixed(2)),
    resident_bytes: { before, after: resident(worker.pid, "VmRSS"), most: resident(worker.pid, "VmHWM") },
  };
}
