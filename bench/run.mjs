// The bench: the subjects, their jobs, in turn, in one run. See README.md.
import { randomBytes } from "node:crypto";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

import { cachedCalculation, inventedAccount, keepsNone, keptCalculations, madeAnew, realAccount } from "./lib/account.mjs";
import { hops, logins, verification } from "./lib/admission.mjs";
import { CALCULATION, KEPT, call, jobsFor, sameAnswers, sameRefusals } from "./lib/jobs.mjs";
import { load } from "./lib/load.mjs";
import { observability, startSink, variants } from "./lib/observed.mjs";
import { judgeRelay, summariseRelay } from "./lib/relay/report.mjs";
import { complete, relay } from "./lib/relay/run.mjs";
import { circumstances, judge, summarise, table } from "./lib/report.mjs";
import { rowsRead } from "./lib/rows.mjs";
import { databaseFile, migrate, seedReadings } from "./lib/seed.mjs";
import { BENCH, HOUSE, settings } from "./lib/settings.mjs";
import { gzipBytes } from "./lib/size.mjs";
import { firstAnswer } from "./lib/start.mjs";
import { bundled, deployable, houseConfig, modulesOf, witness } from "./lib/subjects.mjs";
import { sign } from "./lib/token.mjs";
import { startWorker } from "./lib/worker.mjs";
import { calculationKey } from "./subjects/peer/calculation-key.mjs";

const say = (text) => process.stderr.write(`${text}\n`);
const root = mkdtempSync(join(tmpdir(), "witness-bench-"));
const state = (name) => join(root, "state", name);
const running = [];

async function start(name, options) {
  const worker = await startWorker({ name, options, state: state(name), onError: (message) => say(`${name}: ${message.slice(0, 500)}`) });
  running.push(worker);
  return worker;
}

async function stop(worker) {
  running.splice(running.indexOf(worker), 1);
  await worker.stop();
}

/** An empty database under `state(name)`, migrated. */
async function createDatabase(name, options) {
  const worker = await start(name, options);
  const database = await worker.miniflare.getD1Database("DB");
  await database.prepare("SELECT 1").run();
  await stop(worker);
  migrate(databaseFile(state(name)), join(HOUSE, "migrations"));
}

/** The user's row, for when no registration made one. */
function insertUser(file, user) {
  const database = new DatabaseSync(file);
  database
    .prepare("INSERT INTO users (id, email, email_key, password_hash, created_at, updated_at) VALUES (?, ?, ?, '-', 0, 0)")
    .run(user, "bench@example.com", "bench@example.com");
  database.close();
}

/** Times one job on all workers, rounds interleaved so that a busy moment of the machine hits all alike. */
async function time(job, workers, by) {
  const rounds = Object.fromEntries(workers.map(({ name }) => [name, []]));
  for (const worker of workers) await load(worker, by(worker, job), settings.warmUp, settings.connections);
  for (let round = 1; round <= settings.rounds; round += 1) {
    const shown = [];
    for (const worker of workers) {
      const measured = await load(worker, by(worker, job), settings.seconds, settings.connections);
      rounds[worker.name].push(measured);
      shown.push(`${worker.name} ${measured.cpuMicros.toFixed(0)} us, ${measured.rps.toFixed(0)}/s`);
    }
    say(`${job.name} ${round}/${settings.rounds}: ${shown.join("; ")}`);
  }
  return rounds;
}

/** What it costs to be let in: hops under a warm lease, the check of a token, a login. */
async function admissionOf(worker, account) {
  const list = jobsFor(account.token).find(({ name }) => name === "list");
  await hops(worker, list, 20);
  say("admission: hops");
  const warm = await hops(worker, list, 500);
  say("admission: check of a token");
  const token = await verification(worker, list, account);
  say("admission: login");
  const login = await logins(worker, account.credentials);
  return { warm, token, login };
}

/** Rows read by a page of Witness's list among this many readings. */
async function countRows(name, count, source, options, account) {
  cpSync(state(source), state(name), { recursive: true });
  const file = databaseFile(state(name));
  // Narrow rows: how many are read does not depend on how wide they are.
  const samples = account.samples.map((sample) => ({ ...sample, result: {} }));
  const started = Date.now();
  seedReadings(file, account.user, count, samples);
  say(`rows read: ${count} readings seeded in ${((Date.now() - started) / 1000).toFixed(1)} s`);
  const worker = await start(name, options);
  const counted = { readings: count, ...(await rowsRead(worker, file, account.token)) };
  await stop(worker);
  rmSync(state(name), { recursive: true });
  return counted;
}

/** The same bundle observed, traced and unobserved, each on a copy of the same stores. */
async function observedJobs(options, jobs) {
  say("observability");
  const sink = await startSink();
  const workers = [];
  for (const [name, vars] of Object.entries(variants(sink))) {
    cpSync(state("origin"), state(name), { recursive: true });
    workers.push(await start(name, { ...options, bindings: { ...options.bindings, ...vars } }));
  }
  const report = await observability(workers, jobs, (job, all) => time(job, all, (_, one) => one));
  for (const worker of workers) await stop(worker);
  sink.stop();
  return { jobs: report, exported_bytes: sink.received };
}

/** All but the relay: requests and their answers. */
async function requests({ config, secrets, modules }) {
  const withWitness = modules !== undefined;
  const witnessOptions = withWitness ? witness(modules, config, { ...secrets, LIMIT_SCALE: "1000000" }) : undefined;
  let account;
  if (withWitness) {
    const worker = await start("origin", witnessOptions);
    account = await realAccount(worker, secrets.JWT_SECRET);
    await stop(worker);
  } else {
    account = inventedAccount();
    insertUser(databaseFile(state("origin")), account.user);
  }
  cpSync(state("origin"), state("empty"), { recursive: true });
  seedReadings(databaseFile(state("origin")), account.user, settings.readings, account.samples);
  for (const name of settings.subjects) cpSync(state("origin"), state(name), { recursive: true });

  const today = new Date().toISOString().slice(0, 10);
  /** Where a subject that is not Witness finds the answer to a question. */
  const keyOf = ({ name }, question) => (name === "floor" ? JSON.stringify(question) : calculationKey(question, today));
  const makers = {
    floor: () => bundled("subjects/floor.mjs", config, { BENCH_USER: account.user, BENCH_MADE: account.made }),
    peer: () =>
      bundled("subjects/peer/index.mjs", config, {
        ...secrets,
        JWT_KEY_BASE64: account.key.toString("base64"),
        JWT_ISSUER: account.claims.iss,
        JWT_AUDIENCE: [account.claims.aud].flat()[0],
        LIMITS: JSON.stringify([1e9, 1e9, 1e9]),
        VERSION: "0.0.0-peer",
      }, { LIMITER: { className: "Limiter", useSQLite: true } }),
    witness: () => witnessOptions,
  };
  const workers = [];
  for (const name of settings.subjects) workers.push(await start(name, await makers[name]()));
  // hono/jwt takes a token of type JWT alone; the claims and the key are the same.
  const peerToken = sign(account.key, { alg: "HS256", typ: "JWT" }, account.claims);
  const by = (worker, job) => (worker.name === "peer" && job.token ? { ...job, token: peerToken } : job);
  const dressed = await start("dressed", await bundled("subjects/dressed.mjs", config, {}));

  const ours = workers.find(({ name }) => name === "witness");
  const calculation = ours
    ? await cachedCalculation(ours, account.token)
    : JSON.stringify({ ...account.samples[0], input: undefined, source: "cache" });
  for (const worker of workers.filter((one) => one !== ours)) {
    const cache = await worker.miniflare.getKVNamespace("CACHE");
    await cache.put(await keyOf(worker, CALCULATION), calculation);
  }

  const available = jobsFor(account.token).filter(({ kept, subjects }) => ours || !(kept || subjects));
  const jobs = available.filter(({ name }) => settings.jobs.includes(name));
  const doing = (job) => workers.filter(({ name }) => job.subjects?.includes(name) ?? true);
  const fromKv = jobs.find(({ kept }) => kept);
  if (fromKv) {
    say("keeping what is to come from KV");
    const answers = await keptCalculations(ours, fromKv);
    for (const worker of workers.filter((one) => one !== ours)) {
      const cache = await worker.miniflare.getKVNamespace("CACHE");
      for (const [n, question] of KEPT.entries()) await cache.put(await keyOf(worker, question), answers[n]);
    }
  }
  const fromDatabase = ours && jobs.find(({ paths }) => paths);
  if (fromDatabase) await keepsNone(ours, fromDatabase);
  say("comparing the answers");
  const bytes = {};
  for (const job of jobs) {
    const answers = {};
    for (const worker of doing(job)) answers[worker.name] = await call(worker, by(worker, job));
    if (job.once) await madeAnew(ours, job);
    else sameAnswers(job, answers);
    bytes[job.name] = Object.fromEntries(Object.entries(answers).map(([name, { text }]) => [name, Buffer.byteLength(text)]));
  }
  const foreign = sign(randomBytes(32), { alg: "HS256", typ: "JWT" }, account.claims);
  for (const worker of workers.filter(({ name }) => name !== "floor")) {
    await sameRefusals([worker], jobsFor(account.token).map((job) => by(worker, job)), foreign);
  }

  const summaries = [];
  for (const job of jobs) {
    const timed = job.name === "health" ? [...workers, dressed] : doing(job);
    summaries.push(summarise(job, bytes[job.name], await time(job, timed, by)));
  }
  const observed = ours && settings.jobs.includes("observability") ? await observedJobs(witnessOptions, jobsFor(account.token)) : null;
  const admission = ours && settings.jobs.includes("admission") ? await admissionOf(ours, account) : null;
  for (const worker of [...workers, dressed]) await stop(worker);

  let rows_read = null;
  if (withWitness) {
    const spy = {
      ...witnessOptions,
      modules: [
        { type: "ESModule", path: "spy.mjs", contents: readFileSync(join(BENCH, "subjects/spy.mjs"), "utf8") },
        ...modules,
      ],
    };
    const few = await countRows("few", settings.readings, "empty", spy, account);
    const many = await countRows("many", settings.large, "empty", spy, account);
    rows_read = { few, many, growth: Math.max(...many.pages) / Math.max(...few.pages) };
  }

  let first_answer_ms = null;
  if (withWitness && settings.jobs.includes("admission")) {
    say("starts");
    const floorOptions = await makers.floor();
    first_answer_ms = {
      floor: await firstAnswer(() => start("floor", floorOptions), stop, settings.rounds),
      witness: await firstAnswer(() => start("witness", witnessOptions), stop, settings.rounds),
    };
  }

  const bundle = modules ? { gzip_bytes: gzipBytes(modules), first_answer_ms } : null;
  const result = { ...circumstances(), jobs: summaries, observability: observed, admission, rows_read, bundle };
  result.targets = judge(result);
  return { result, complete: settings.subjects.length === 3 && jobs.length === available.length && admission !== null && observed !== null };
}

/** The relay's part, with a date of its own: it can be run alone. */
async function relayed(ready) {
  const subjects = settings.subjects.filter((name) => name !== "floor");
  const jobs = summariseRelay(await relay({ subjects, origin: "pristine", start, stop, state, say, ...ready }));
  const result = { ...circumstances(), jobs, targets: judgeRelay(jobs) };
  return { result, complete: subjects.length === 2 && complete() };
}

async function main() {
  const config = houseConfig();
  const secrets = Object.fromEntries(
    ["JWT_SECRET", "CURSOR_SECRET", "VAULT_KEY"].map((name) => [name, randomBytes(32).toString("base64url")]),
  );
  let modules;
  if (settings.subjects.includes("witness")) {
    say("bundling what would be deployed");
    modules = modulesOf(deployable(join(root, "out")));
  }
  say("making the database");
  await createDatabase("origin", await bundled("subjects/floor.mjs", config, {}));
  cpSync(state("origin"), state("pristine"), { recursive: true });

  const ready = { config, secrets, modules };
  const mine = (name) => name.startsWith("relay_");
  const first = settings.jobs.every(mine) ? null : await requests(ready);
  const second = settings.jobs.some(mine) ? await relayed(ready) : null;

  // Each part replaces its own of the last run, if nothing of it was left out.
  const file = join(BENCH, "results.json");
  const known = JSON.parse(readFileSync(file, "utf8"));
  const counts = (part) => part?.complete && modules !== undefined && !settings.bundle;
  const kept = counts(first) ? { ...first.result, relay: known.relay } : known;
  if (counts(second)) kept.relay = second.result;
  if (counts(first) || counts(second)) writeFileSync(file, `${JSON.stringify(kept, null, 2)}\n`);
  process.stdout.write(`${table({ ...(first?.result ?? circumstances()), relay: second?.result })}\n`);
  for (const [part, name] of [[first, "the requests'"], [second, "the relay's"]]) {
    if (!counts(part)) say(`${name} part of results.json is left as it was: not run, not completely, or of another bundle`);
  }
}

try {
  await main();
} catch (error) {
  say(`bench: ${error.stack ?? error}`);
  process.exitCode = 1;
} finally {
  await Promise.allSettled(running.map((worker) => worker.stop()));
  rmSync(root, { recursive: true, force: true });
}
// A runtime that failed to start leaves handles open behind it.
process.exit();
