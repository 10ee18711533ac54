// What can be set from outside, and where things are.
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const number = (name, fallback) => {
  const value = Number(process.env[name] ?? fallback);
  if (!Number.isFinite(value) || value <= 0) throw new Error(`${name} must be a positive number`);
  return value;
};

export const BENCH = resolve(dirname(fileURLToPath(import.meta.url)), "..");
export const HOUSE = resolve(BENCH, "..");

const RELAY_JOBS = ["relay_fan_out", "relay_events", "relay_catch_up", "relay_idle"];

export const settings = {
  /** How often each job is timed on each subject; the medians are reported. */
  rounds: number("ROUNDS", 5),
  /** Length of one round in seconds. */
  seconds: number("SECONDS_PER_ROUND", 5),
  /** Seconds of load before the first round of a job, so that every subject is compiled and hot. */
  warmUp: number("WARM_UP_SECONDS", 3),
  /** Connections that wrk keeps busy. */
  connections: number("CONNECTIONS", 8),
  /** Readings of the user in the list job. */
  readings: number("READINGS", 10_000),
  /** Readings in the large database of the rows-read check. */
  large: number("READINGS_LARGE", 1_000_000),
  /** Subjects to run, a subset of floor,peer,witness. */
  subjects: (process.env.SUBJECTS ?? "floor,peer,witness").split(","),
  /** Jobs to run, a subset of these; `relay` stands for all of the relay's. */
  jobs: (process.env.JOBS ?? "health,list,list_kept,calculate,calculate_kv,human_design,natal,observability,admission,relay")
    .split(",")
    .flatMap((name) => (name === "relay" ? RELAY_JOBS : [name])),
  /** Sizes of the relay's jobs: events of a fan-out, entries that a device missed, connections that say nothing. */
  relay: { events: number("RELAY_EVENTS", 300), entries: number("RELAY_ENTRIES", 10_000), idle: number("RELAY_IDLE", 1_000) },
  /** A prebuilt bundle of Witness to measure in place of the checkout's own. */
  bundle: process.env.WITNESS_BUNDLE,
};

/** Targets of the bench: ratios by CPU time per request and of requests per second, bytes of the gzipped bundle. */
export const targets = {
  listAgainstPeer: 0.95,
  healthAgainstFloor: 0.9,
  calculateAgainstPeer: 1.3,
  calculateFromKvAgainstPeer: 0.95,
  chartMillis: 5,
  natalMillis: 12,
  hopsUnderLease: 0.05,
  tokenMicros: 60,
  observedShare: 1.05,
  bundleBytes: 1088 * 1024,
  relayAgainstPeer: 1,
  catchUpPerSecond: 20_000,
};
