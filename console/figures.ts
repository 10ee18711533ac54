// What /metrics tells, and what two readings of it say about the time between. Pure: time is an argument.

/** A sample of the text format: its labels and its value. */
export interface Sample {
  labels: Record<string, string>;
  value: number;
}

export type Families = Map<string, Sample[]>;

const LINE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)(?: \d+)?$/;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"/g;
const ESCAPES: Record<string, string> = { "\\n": "\n", "\\\\": "\\", '\\"': '"' };

/** Reads the text format of Prometheus, version 0.0.4. Lines that are none are left out. */
export function parse(text: string): Families {
  const families: Families = new Map();
  for (const line of text.split("\n")) {
    const [, name, labels, value] = LINE.exec(line) ?? [];
    if (name === undefined || value === undefined) continue;
    const found: Record<string, string> = {};
    for (const [, key, quoted] of (labels ?? "").matchAll(LABEL)) {
      if (key !== undefined) found[key] = (quoted ?? "").replace(/\\[n"\\]/g, (one) => ESCAPES[one] ?? one);
    }
    const list = families.get(name) ?? [];
    list.push({ labels: found, value: value === "+Inf" ? Infinity : Number(value) });
    families.set(name, list);
  }
  return families;
}

/** Buckets of a histogram: upper ends in seconds, and how many were at most that. */
export type Buckets = [end: number, count: number][];

/** What of a reading is drawn. Counters are sums since the collectors began. */
export interface Reading {
  /** Milliseconds since 1970. */
  at: number;
  requests: Record<string, number>;
  refused: Record<string, number>;
  errors: Record<string, number>;
  seconds: Record<string, number>;
  buckets: Record<string, Buckets>;
  /** By dependency: calls, failures, seconds of waiting. */
  dependencies: Record<string, { calls: number; failures: number; seconds: number }>;
  people: number | undefined;
  waiting: Record<string, number>;
}

/** Work behind answers and on schedule is counted like an operation, but nobody asked for it. */
const UNASKED = new Set(["behind", "upkeep"]);

export function reading(families: Families, at: number): Reading {
  const of = (name: string): Sample[] => families.get(`witness_${name}`) ?? [];
  const result: Reading = {
    at, requests: {}, refused: {}, errors: {}, seconds: {}, buckets: {}, dependencies: {}, waiting: {},
    people: of("active_users")[0]?.value,
  };
  const add = (into: Record<string, number>, key: string, value: number): void => {
    into[key] = (into[key] ?? 0) + value;
  };
  for (const { labels, value } of of("requests_total")) {
    const operation = labels.operation ?? "";
    if (UNASKED.has(operation)) continue;
    add(result.requests, operation, value);
    if (labels.status === "4xx") add(result.refused, operation, value);
    if (labels.status === "5xx") add(result.errors, operation, value);
  }
  for (const { labels, value } of of("request_duration_seconds_sum")) add(result.seconds, labels.operation ?? "", value);
  for (const { labels, value } of of("request_duration_seconds_bucket")) {
    const end = labels.le === "+Inf" ? Infinity : Number(labels.le);
    (result.buckets[labels.operation ?? ""] ??= []).push([end, value]);
  }
  const dependency = (labels: Record<string, string>): Reading["dependencies"][string] =>
    (result.dependencies[labels.dependency ?? ""] ??= { calls: 0, failures: 0, seconds: 0 });
  for (const { labels, value } of of("dependency_calls_total")) {
    const one = dependency(labels);
    one.calls += value;
    if (labels.outcome !== "ok") one.failures += value;
  }
  for (const { labels, value } of of("dependency_duration_seconds_sum")) dependency(labels).seconds += value;
  for (const { labels, value } of of("waiting")) add(result.waiting, labels.what ?? "", value);
  return result;
}

/** How much a counter has grown. One that went down began anew: all that it has is new. */
export const grown = (before: number | undefined, now: number): number =>
  before === undefined || now < before ? now : now - before;

export const sum = (values: Record<string, number>): number => Object.values(values).reduce((all, one) => all + one, 0);

const growth = (before: Record<string, number>, now: Record<string, number>): number =>
  Object.entries(now).reduce((all, [key, value]) => all + grown(before[key], value), 0);

/** The histogram of all operations that somebody asked for, of the time between two readings. */
export function between(before: Reading | undefined, now: Reading, only?: string): Buckets {
  const total = new Map<number, number>();
  for (const [operation, buckets] of Object.entries(now.buckets)) {
    if (UNASKED.has(operation) || (only !== undefined && operation !== only)) continue;
    const old = new Map(before?.buckets[operation] ?? []);
    const anew = buckets.some(([end, count]) => count < (old.get(end) ?? 0));
    for (const [end, count] of buckets) {
      total.set(end, (total.get(end) ?? 0) + (anew ? count : count - (old.get(end) ?? 0)));
    }
  }
  return [...total].sort(([a], [b]) => a - b);
}

/** A quantile of a histogram in seconds: straight between the ends of its bucket. `null` where nothing was counted. */
export function quantile(buckets: Buckets, share: number): number | null {
  const total = buckets.at(-1)?.[1] ?? 0;
  if (total <= 0) return null;
  const rank = share * total;
  let [from, below] = [0, 0];
  for (const [end, count] of buckets) {
    if (count >= rank && count > below) {
      return end === Infinity ? from : from + ((end - from) * (rank - below)) / (count - below);
    }
    [from, below] = [end, count];
  }
  return from;
}

/** A moment of the charts. Rates are per second, times in milliseconds; `null` is not known. */
export interface Point {
  at: number;
  requests: number | null;
  refused: number | null;
  errors: number | null;
  p50: number | null;
  p95: number | null;
  p99: number | null;
  people: number | null;
  /** Milliseconds of waiting per call. */
  dependencies: Record<string, number | null>;
  waiting: Record<string, number>;
}

/** What the time between two readings was like. */
export function point(before: Reading, now: Reading): Point {
  const elapsed = (now.at - before.at) / 1000;
  const rate = (old: Record<string, number>, new_: Record<string, number>): number | null =>
    elapsed > 0 ? growth(old, new_) / elapsed : null;
  const buckets = between(before, now);
  const milliseconds = (share: number): number | null => {
    const found = quantile(buckets, share);
    return found === null ? null : found * 1000;
  };
  const dependencies: Record<string, number | null> = {};
  for (const [name, one] of Object.entries(now.dependencies)) {
    const old = before.dependencies[name];
    const calls = grown(old?.calls, one.calls);
    dependencies[name] = calls > 0 ? (grown(old?.seconds, one.seconds) / calls) * 1000 : null;
  }
  return {
    at: now.at,
    requests: rate(before.requests, now.requests),
    refused: rate(before.refused, now.refused),
    errors: rate(before.errors, now.errors),
    p50: milliseconds(0.5), p95: milliseconds(0.95), p99: milliseconds(0.99),
    people: now.people ?? null,
    dependencies,
    waiting: now.waiting,
  };
}

/** Isolates hand over what they counted at most every 15 seconds, so a rate looks back at least as far. */
export const BACK = 15_000;

/** The reading to compare the newest with: the youngest that is old enough, else the oldest. */
export function earlier(readings: Reading[], now: Reading): Reading | undefined {
  return readings.findLast((one) => one.at <= now.at - BACK) ?? readings.find((one) => one.at < now.at);
}
