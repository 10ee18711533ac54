// What of a chaos run can be set from outside.
const number = (name, fallback) => {
  const value = Number(process.env[name] ?? fallback);
  if (!Number.isFinite(value) || value < 0) throw new Error(`${name} must be a number`);
  return value;
};

export const settings = {
  /** `witness`, or the bench's `peer`. */
  subject: process.env.SUBJECT ?? "witness",
  seed: number("SEED", Math.floor(Math.random() * 2 ** 32)),
  users: number("USERS", 20),
  devices: number("DEVICES", 3),
  events: number("EVENTS", 50_000),
  /** Over so many seconds events are sent; what limits and faults hold back comes later. */
  seconds: number("SECONDS", 180),
  /** After so many minutes the run has failed. */
  minutes: number("MINUTES", 10),
};

/** Faults; a run in which fewer happened has failed. */
export const planned = {
  cuts: number("CUTS", 200),
  hibernations: number("HIBERNATIONS", 20),
  closures: number("CLOSURES", 20),
  kills: number("KILLS", 3),
  naps: number("NAPS", 30),
  setbacks: number("SETBACKS", 20),
};
