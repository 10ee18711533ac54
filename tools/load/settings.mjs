// What of a load run can be set from outside.
const number = (name, fallback) => {
  const value = Number(process.env[name] ?? fallback);
  if (!Number.isFinite(value) || value < 0) throw new Error(`${name} must be a number of at least 0`);
  return value;
};

/**
 * How visits come: `rate(share)` is how many a second, as a multiple of the usual number, when this share of the run is over.
 * `steady` is whether the run has to be free of errors and of growth.
 */
const PROFILES = {
  smoke: { minutes: 1, rate: () => 1 },
  steady: { minutes: 10, rate: () => 1 },
  // A quiet third, ten times as much, and quiet again.
  spike: { minutes: 6, rate: (share) => (share >= 1 / 3 && share < 1 / 2 ? 10 : 1) },
  soak: { minutes: 30, rate: () => 1 },
};

const name = process.env.PROFILE ?? "steady";
if (!(name in PROFILES)) throw new Error(`PROFILE is one of ${Object.keys(PROFILES).join(", ")}`);
const profile = PROFILES[name];

export const settings = {
  profile: name,
  rate: profile.rate,
  minutes: number("MINUTES", profile.minutes),
  /** Visits that begin in a second, on average. One is about five requests. */
  visits: number("VISITS", 8),
  /** People who have an account already when the run begins. */
  people: number("PEOPLE", 60),
  /** Of whom so many have two devices each that stay connected. */
  connected: number("CONNECTED", 10),
  /** `OBSERVABILITY=` as the Worker takes it: what it costs to be seen, when one run is compared with another of the same seed. */
  vars: process.env.OBSERVABILITY ? { OBSERVABILITY: process.env.OBSERVABILITY } : {},
  seed: number("SEED", Math.floor(Math.random() * 2 ** 32)),
};

/** What the product promises of latency at the 95th percentile, in milliseconds. */
export const TARGETS = { reads: 100, writes: 500 };
