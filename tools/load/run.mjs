// The load run: people who come when they like, whether or not others have been served. Nothing may fail, nothing that was
// acknowledged may be missing at the end, and memory may not grow.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { cpuMicros } from "../../bench/lib/worker.mjs";
import { seeded } from "../../clients/js/test/random.mjs";
import { connected } from "./connected.mjs";
import { startHouse } from "./house.mjs";
import { collect, resident } from "./memory.mjs";
import { Meter } from "./meter.mjs";
import { missing, register, visit } from "./people.mjs";
import { judge, keep } from "./report.mjs";
import { settings } from "./settings.mjs";

/** Seconds between two events of those who are connected, and two lines of progress. */
const TALK = 0.5;
const TELL = 30;
/** How often in a run garbage is collected and memory looked at. */
const LOOKS = 30;

const began = performance.now();
const say = (text) => process.stderr.write(`${((performance.now() - began) / 1000).toFixed(0).padStart(5)} s  ${text}\n`);
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const random = seeded(settings.seed);
/** Seconds until the next of something that comes at random, so often a second. */
const wait = (rate) => -Math.log(1 - random()) / rate;

const state = mkdtempSync(join(tmpdir(), "witness-load-"));
const [complaints, failed, samples] = [[], [], []];
let house;
let run;

/** Looks at memory as it is, and at what is left of it once garbage is collected. */
async function look() {
  const before = resident(house.pid);
  await collect(house.inspector);
  samples.push({ before: before.rss, ...resident(house.pid) });
}

/** People, a few at a time: their passwords are hashed. */
async function invite(api) {
  const people = [];
  while (people.length < settings.people) {
    const made = await Promise.all(Array.from({ length: Math.min(4, settings.people - people.length) }, () => register(api, random)));
    if (made.includes(undefined)) throw new Error(`somebody could not register: ${api.meter.errors[0]}`);
    people.push(...made);
  }
  return people;
}

/** Visits begin by the clock, not when others end. Gives by how many milliseconds one began late at most. */
async function visits(api, people, seconds) {
  const under = new Set();
  const start = performance.now();
  let late = 0;
  for (let at = wait(settings.visits); at < seconds; at += wait(settings.visits * settings.rate(at / seconds))) {
    const ahead = start + at * 1000 - performance.now();
    if (ahead > 0) await pause(ahead);
    else late = Math.max(late, -ahead);
    const person = people[Math.floor(random() * people.length)];
    const own = seeded(Math.floor(random() * 2 ** 32));
    const one = visit(random)({ api, person, random: own, pause: () => pause(200 + own() * 2_800), attempts: 1 });
    under.add(one);
    one.catch((error) => failed.push(error.stack)).finally(() => under.delete(one));
  }
  await Promise.all(under);
  return late;
}

async function main() {
  const seconds = settings.minutes * 60;
  house = await startHouse({ state, vars: settings.vars, inspected: true, onError: (message) => complaints.push(message) });
  const api = { url: house.url, verify: house.verify, meter: new Meter() };
  const people = await invite(api);
  const relay = await connected(people.slice(0, settings.connected), house, random);
  say(`${people.length} people are there, ${settings.connected} of them connected; ${settings.profile} for ${settings.minutes} minutes (SEED=${settings.seed})`);

  api.meter = new Meter();
  const talking = setInterval(() => relay.talk().catch((error) => failed.push(error.stack)), TALK * 1000);
  const looking = setInterval(() => look().catch((error) => failed.push(error.stack)), (seconds / LOOKS) * 1000);
  const telling = setInterval(() => say(`${api.meter.requests} requests, ${api.meter.failed} failed, ${resident(house.pid).rss.toFixed(0)} MiB`), TELL * 1000);
  const [from, cpu] = [performance.now(), cpuMicros(house.pid)];
  const late = await visits(api, people, seconds);
  const took = (performance.now() - from) / 1000;
  const spent = (cpuMicros(house.pid) - cpu) / api.meter.requests / 1000;
  for (const timer of [talking, looking, telling]) clearInterval(timer);

  const meter = api.meter;
  api.meter = new Meter();
  const { lost, doubled } = await missing(people);
  for (let patience = 50; relay.missing() > 0 && patience > 0; patience -= 1) await pause(100);
  const heard = { sent: relay.sent(), missing: relay.missing(), reconnects: relay.reconnects() };
  await relay.close();
  run = judge({ meter, samples, seconds: took, spent, late, lost, doubled, relay: heard, complaints, failed });
}

try {
  await main();
  keep(run);
} catch (error) {
  say(error.stack);
} finally {
  await house?.stop().catch(() => {});
  rmSync(state, { recursive: true, force: true });
}
process.exit(run && run.reasons.length === 0 ? 0 : 1);
