// Put before the Worker's own module: the same Worker, whose database, cache and objects fail when they are told to.
// `POST /faults` sets what they do: `{ d1: { does, share, millis } }`, in place of what was set before. Kinds: d1, kv, object.
//
// does: `fail` (it does not happen), `lose` (it happens, and the answer is lost), `slow` (it takes so many milliseconds more).
// The words are the platform's own.
import house from "./index.js";
export * from "./index.js";

const WORDS = {
  d1: "D1_ERROR: Network connection lost.",
  kv: "KV GET failed: 500 Internal Server Error",
  object: "Network connection lost.",
};

let faults = {};

async function disturbed(kind, call) {
  const fault = faults[kind];
  if (!fault || Math.random() >= (fault.share ?? 1)) return call();
  if (fault.does === "slow") await new Promise((resolve) => setTimeout(resolve, fault.millis));
  if (fault.does === "slow" || fault.does === "lose") {
    const result = await call();
    if (fault.does === "slow") return result;
  }
  throw Object.assign(new Error(WORDS[kind]), kind === "object" && { retryable: true });
}

const session = (session) => ({
  prepare: (sql) => statement(session.prepare(sql)),
  batch: (statements) => disturbed("d1", () => session.batch(statements.map(({ real }) => real))),
  getBookmark: () => session.getBookmark(),
});

const statement = (real) => ({
  real,
  bind: (...values) => statement(real.bind(...values)),
  all: () => disturbed("d1", () => real.all()),
});

const database = (database) => ({ withSession: (start) => session(database.withSession(start)) });

const namespace = (kv) =>
  Object.fromEntries(["get", "put", "delete", "list"].map((name) => [name, (...given) => disturbed("kv", () => kv[name](...given))]));

const objects = (objects) => ({
  getByName: (name) => {
    const stub = objects.getByName(name);
    return { fetch: (...given) => disturbed("object", () => stub.fetch(...given)) };
  },
});

/** By what kind of binding it is; a service has every method that it is asked for. */
const KINDS = { D1Database: database, KvNamespace: namespace, DurableObjectNamespace: objects };

/** The bindings, each with its faults before it. */
const exposed = (env) =>
  Object.fromEntries(Object.entries(env).map(([name, value]) => [name, KINDS[value?.constructor?.name]?.(value) ?? value]));

export default {
  async fetch(request, env, context) {
    if (new URL(request.url).pathname === "/faults") {
      faults = await request.json();
      return new Response(null, { status: 204 });
    }
    return house.fetch(request, exposed(env), context);
  },
  scheduled: (controller, env, context) => house.scheduled(controller, exposed(env), context),
};
