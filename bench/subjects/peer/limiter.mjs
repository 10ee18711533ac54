// The peer's rate limits: one Durable Object a user counts fixed windows of a minute, an hour and a day.
import { DurableObject } from "cloudflare:workers";
import { createMiddleware } from "hono/factory";

import { problem } from "./problem.mjs";

const LENGTHS = [60, 3600, 86400];

/** Counts one user's requests; the counts survive the object's eviction. */
export class Limiter extends DurableObject {
  constructor(state, env) {
    super(state, env);
    state.storage.sql.exec("CREATE TABLE IF NOT EXISTS counts (id INTEGER PRIMARY KEY, state TEXT NOT NULL)");
    const [kept] = state.storage.sql.exec("SELECT state FROM counts").toArray();
    this.windows = kept ? JSON.parse(kept.state) : LENGTHS.map(() => ({ window: 0, count: 0 }));
  }

  /** Counts a request in all windows or in none; the scarcest window, and whether the request may pass. */
  take(limits) {
    const now = Date.now() / 1000;
    const windows = this.windows.map((one, n) => {
      const window = Math.floor(now / LENGTHS[n]);
      return one.window === window ? { ...one } : { window, count: 0 };
    });
    const left = (n) => limits[n] - windows[n].count;
    const scarcest = LENGTHS.reduce((least, _, n) => (left(n) < left(least) ? n : least), 0);
    const admitted = left(scarcest) > 0;
    if (admitted) {
      for (const one of windows) one.count += 1;
      this.windows = windows;
      const state = JSON.stringify(windows);
      this.ctx.storage.sql.exec("INSERT OR REPLACE INTO counts (id, state) VALUES (1, ?)", state);
    }
    const resets = (windows[scarcest].window + 1) * LENGTHS[scarcest];
    return { admitted, left: left(scarcest), seconds: Math.max(1, Math.ceil(resets - now)), limit: limits[scarcest], length: LENGTHS[scarcest] };
  }
}

/** Lets a request pass while the user has some left, and says how many. */
export const limited = createMiddleware(async (c, next) => {
  const stub = c.env.LIMITER.getByName(c.get("jwtPayload").sub);
  const { admitted, left, seconds, limit, length } = await stub.take(JSON.parse(c.env.LIMITS));
  if (!admitted) {
    c.header("Retry-After", String(seconds));
    return problem(c, "quota-exceeded");
  }
  await next();
  c.header("RateLimit", `"default";r=${left};t=${seconds}`);
  c.header("RateLimit-Policy", `"default";q=${limit};w=${length}`);
});
