// The relay's part of the bench: both subjects on databases with the same people, job by job in turn.
import { cpSync } from "node:fs";
import { join } from "node:path";

import { databaseFile } from "../seed.mjs";
import { settings } from "../settings.mjs";
import { makeIdentity } from "./identity.mjs";
import { catchUp, fanOut, fill, idle, throughput } from "./jobs.mjs";
import { invent, seedPeople } from "./people.mjs";
import { relayOptions } from "./subjects.mjs";

const { relay: size } = settings;
/** Nothing that the load does meets a limit; a hub takes more than 50 connections. */
const LIMITS = { LIMIT_SCALE: "1000000", RELAY_SCALE: "1000" };

/** The jobs: how many devices a person of theirs has, and what a round does. */
const JOBS = [
  ...[2, 10, 50].map((receivers) => ({
    name: `fan_out_${receivers}`, of: "relay_fan_out", title: `one event to ${receivers} devices`, devices: receivers + 1,
    round: (worker, person, pinned) => fanOut(worker, person, pinned, { receivers, events: size.events, warmUp: 30 }),
  })),
  ...[[1, 1], [1, 100], [4, 1], [4, 100]].map(([senders, batch]) => ({
    name: `events_${senders}x${batch}`, of: "relay_events", devices: senders,
    title: `${senders === 1 ? "one device" : `${senders} devices`}, ${batch === 1 ? "single events" : `batches of ${batch}`}`,
    round: (worker, person, pinned) => throughput(worker, person, pinned, { senders, batch, seconds: settings.seconds }),
  })),
  {
    name: "catch_up", of: "relay_catch_up", title: `catching up with ${size.entries}`, devices: 2, shared: true,
    before: (worker, person, pinned) => fill(worker, person, pinned, size.entries),
    round: (worker, person, pinned, epoch) => catchUp(worker, person, pinned, { epoch, entries: size.entries }),
  },
];

/** Which of them are asked for. */
export const asked = () => JOBS.filter(({ of }) => settings.jobs.includes(of));
export const complete = () => asked().length === JOBS.length && settings.jobs.includes("relay_idle");

/**
 * Runs what is asked for. `start`, `stop` and `state` are the bench's; `origin` is the name of a migrated, empty database.
 * Rounds by job and subject: `{ job: { title, rounds: { subject: [figures] } } }`.
 */
export async function relay({ subjects, config, modules, secrets, origin, start, stop, state, say }) {
  const identity = makeIdentity();
  const jobs = asked();
  const people = jobs.map(({ devices, shared }) => invent(shared ? 1 : settings.rounds + 1, devices));
  const crowd = settings.jobs.includes("relay_idle") ? invent(size.idle / 2 + 1, 2) : [];
  const seeded = (name) => join(state(name));
  cpSync(state(origin), seeded("relay-origin"), { recursive: true });
  seedPeople(databaseFile(seeded("relay-origin")), [...people.flat(), ...crowd]);

  const begin = async (subject) => {
    const name = `relay-${subject}`;
    const options = await relayOptions(subject, { config, modules, secrets, identity, limits: LIMITS });
    return { subject, ...(await start(name, options)) };
  };
  for (const subject of subjects) cpSync(seeded("relay-origin"), seeded(`relay-${subject}`), { recursive: true });

  const measured = {};
  if (jobs.length > 0) {
    const workers = [];
    for (const subject of subjects) workers.push(await begin(subject));
    for (const [at, job] of jobs.entries()) measured[job.name] = { title: job.title, rounds: await turns(job, people[at], workers, identity, say) };
    for (const worker of workers) await stop(worker);
  }
  // In processes of their own: what other jobs left behind is not theirs.
  for (const asleep of crowd.length > 0 ? [false, true] : []) {
    const rounds = {};
    for (const subject of subjects) {
      const worker = await begin(subject);
      rounds[subject] = [await idle(worker, subject, crowd, identity.pinned, { asleep })];
      await stop(worker);
      say(`idle, hubs ${asleep ? "asleep" : "in memory"}: ${subject} ${rounds[subject][0].bytes.toFixed(0)} bytes a connection`);
    }
    measured[asleep ? "asleep" : "awake"] = { title: `an idle connection, its hub ${asleep ? "asleep" : "in memory"}`, rounds };
  }
  return measured;
}

/** The rounds of a job, of which the first is not counted, interleaved. */
async function turns(job, people, workers, { pinned }, say) {
  const made = {};
  const rounds = Object.fromEntries(workers.map(({ subject }) => [subject, []]));
  for (let round = 0; round <= settings.rounds; round += 1) {
    const person = people[job.shared ? 0 : round];
    const shown = [];
    for (const worker of round % 2 === 0 ? workers : workers.toReversed()) {
      const { subject } = worker;
      if (job.before) made[subject] ??= await job.before(worker, person, pinned);
      const figures = await job.round(worker, person, pinned, made[subject]);
      if (round > 0) rounds[subject].push(figures);
      shown.push(`${subject} ${Object.entries(figures).map(([name, value]) => `${name} ${value.toFixed(value < 10 ? 2 : 0)}`).join(", ")}`);
    }
    say(`${job.name} ${round}/${settings.rounds}: ${shown.join("; ")}`);
  }
  return rounds;
}
