// What became of every request: counts and times by what was asked.

/** The value below which this share of sorted values lies (nearest rank). */
export function quantile(sorted, share) {
  return sorted.length === 0 ? undefined : sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)];
}

export class Meter {
  #asked = new Map();
  /** Answers that were not among the expected ones, and requests without an answer; at most 50 with their words. */
  errors = [];
  failed = 0;
  requests = 0;

  /** Notes a request. `problem` is why its answer was no expected one. */
  note(what, millis, problem) {
    this.requests += 1;
    const known = this.#asked.get(what) ?? { times: [], errors: 0 };
    this.#asked.set(what, known);
    known.times.push(millis);
    if (problem === undefined) return;
    known.errors += 1;
    this.failed += 1;
    if (this.errors.length < 50) this.errors.push(`${what}: ${problem}`);
  }

  /** `{ count, errors, p50, p95, p99, most }` of everything whose name passes. */
  of(passes = () => true) {
    const chosen = [...this.#asked].filter(([what]) => passes(what)).map(([, known]) => known);
    const times = Float64Array.from(chosen.flatMap((known) => known.times)).sort();
    const errors = chosen.reduce((sum, known) => sum + known.errors, 0);
    const [p50, p95, p99, most] = [0.5, 0.95, 0.99, 1].map((share) => quantile(times, share));
    return { count: times.length, errors, p50, p95, p99, most };
  }

  /** The same by what was asked, the most frequent first. */
  each() {
    const rows = [...this.#asked.keys()].map((what) => ({ what, ...this.of((other) => other === what) }));
    return rows.sort((one, other) => other.count - one.count);
  }
}

const ID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/** What a request asks, without what is its own: `GET /api/v1/readings/{id}`. */
export function named(method, path) {
  const plain = path.split("?")[0].replace(ID, "{id}").replace(/(?<=\/shared\/)[\w-]+/, "{token}");
  return `${method} ${plain}`;
}
