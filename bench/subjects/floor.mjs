// The floor: a bare handler that does the storage call of each job and answers with its result. No router, no
// check of anything, no header beyond the content type, no log line. Nothing that works can be cheaper.
import { NEWEST, PAGE, toReading } from "./readings.mjs";

const HEALTH = JSON.stringify({ status: "ok", version: "0.0.0-floor" });
const JSON_TYPE = { headers: { "content-type": "application/json" } };

export default {
  async fetch(request, env, ctx) {
    const url = request.url;
    const path = url.slice(url.indexOf("/", 8));
    if (path === "/health") return new Response(HEALTH, JSON_TYPE);
    if (path.startsWith("/api/v1/readings")) return list(env);
    if (path === "/api/v1/engines/numerology/calculate") return calculate(request, env);
    if (path in env.BENCH_MADE) return make(request, env, ctx, env.BENCH_MADE[path]);
    return new Response("not found", { status: 404 });
  },
};

async function list(env) {
  const { results } = await env.DB.prepare(NEWEST).bind(env.BENCH_USER, PAGE + 1).all();
  const has_more = results.length > PAGE;
  const items = results.slice(0, PAGE).map(toReading);
  const last = items.at(-1);
  const next_cursor = has_more ? btoa(`${last.created_at} ${last.id}`) : null;
  return new Response(JSON.stringify({ items, has_more, next_cursor }), JSON_TYPE);
}

async function calculate(request, env) {
  const found = await env.CACHE.get(await request.text());
  return new Response(found, JSON_TYPE);
}

/** Looks for what nobody has asked yet, and keeps what was made of it: here always the same. */
async function make(request, env, ctx, made) {
  const key = await request.text();
  await env.CACHE.get(key);
  ctx.waitUntil(env.CACHE.put(key, made, { expirationTtl: 86_400 }));
  return new Response(made, JSON_TYPE);
}
