// Witness with a listening D1 binding: answers as Witness does and adds what its statements were and how many rows they
// read, as the header `x-spied` (base64 of JSON). Not timed.
import Witness from "./index.js";

export * from "./index.js";

let heard = [];

const note = (sql, parameters, meta) => heard.push({ sql, parameters, rows_read: meta?.rows_read ?? null });

function spyStatement(statement, sql, parameters = []) {
  return new Proxy(statement, {
    get(target, name) {
      if (name === "bind") return (...values) => spyStatement(target.bind(...values), sql, values);
      if (name === "original") return { statement: target, sql, parameters };
      if (name === "all" || name === "run") {
        return async () => {
          const result = await target[name]();
          note(sql, parameters, result.meta);
          return result;
        };
      }
      if (name === "raw" || name === "first") {
        return async (...options) => {
          const { meta } = await target.all();
          note(sql, parameters, meta);
          return target[name](...options);
        };
      }
      const value = target[name];
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

function spyDatabase(database) {
  return new Proxy(database, {
    get(target, name) {
      if (name === "prepare") return (sql) => spyStatement(target.prepare(sql), sql);
      if (name === "withSession") return (...options) => spyDatabase(target.withSession(...options));
      if (name === "batch") {
        return async (statements) => {
          const originals = statements.map((statement) => statement.original);
          const results = await target.batch(originals.map((original) => original.statement));
          results.forEach((result, n) => note(originals[n].sql, originals[n].parameters, result.meta));
          return results;
        };
      }
      const value = target[name];
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

function handler(env, ctx) {
  const spied = new Proxy(env, { get: (target, name) => (name === "DB" ? spyDatabase(target.DB) : target[name]) });
  if (typeof Witness !== "function") return (request) => Witness.fetch(request, spied, ctx);
  const entry = new Witness(ctx, spied);
  return (request) => entry.fetch(request);
}

export default {
  async fetch(request, env, ctx) {
    heard = [];
    const answer = await handler(env, ctx)(request);
    const body = await answer.arrayBuffer();
    const headers = new Headers(answer.headers);
    headers.set("x-spied", btoa(unescape(encodeURIComponent(JSON.stringify(heard)))));
    return new Response(body.byteLength === 0 ? null : body, { status: answer.status, headers });
  },
};
