// The way in and out of every request, over real sockets.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { brotliDecompressSync, gunzipSync } from "node:zlib";

import { Client, account, raw, reading } from "./client.mjs";
import { GENEROUS, start } from "./worker.mjs";

const APP = "https://app.example.com";
const REGISTER = "/api/v1/auth/register";

let worker;
let ada;
let stranger;
before(async () => {
  worker = await start({ vars: { ...GENEROUS, CORS_ORIGINS: `${APP}, https://other.example.com` } });
  stranger = new Client(worker.url);
  ada = await account(worker.url);
});
after(() => worker?.close());

test("an unknown address is a problem document", async () => {
  for (const path of ["/api", "/api/", "/api/v1/nothing", "/api/v2/engines", "/api/v1/engines/", "/api//readings", "/health/x", `/api${"/a".repeat(500)}`]) {
    const { body } = await ada.get(path, 404);
    assert.deepEqual([body.code, body.type], ["not-found", "urn:witness:problem:not-found"], path);
  }
});

test("a wrong method is told the right ones", async () => {
  const cases = [
    ["PUT", "/api/v1/readings", "GET, POST, HEAD, OPTIONS"],
    ["POST", "/health", "GET, HEAD, OPTIONS"],
    ["GET", REGISTER, "POST, OPTIONS"],
    ["PURGE", "/api/readings/x", "GET, PATCH, DELETE, HEAD, OPTIONS"],
  ];
  for (const [method, path, allow] of cases) {
    const { headers, body } = await stranger.send(method, path, 405);
    const sorted = (list) => list.split(", ").sort();
    assert.deepEqual(sorted(headers.allow), sorted(allow), path);
    assert.equal(body.code, "method-not-allowed");
  }
});

test("HEAD is GET without a body", async () => {
  for (const path of ["/health", "/ready", "/api/engines", "/api/v1/readings", "/api/v1/nothing"]) {
    const headers = { authorization: `Bearer ${ada.access_token}`, "accept-encoding": "identity" };
    const [head, get] = [await raw(worker.url, { method: "HEAD", path, headers }), await raw(worker.url, { path, headers })];
    const kept = ["content-type", "cache-control", "etag", "vary"];
    const pick = (answer) => [answer.status, ...kept.map((name) => answer.headers[name])];
    assert.deepEqual(pick(head), pick(get), path);
    assert.equal(head.bytes.length, 0);
    assert.ok(get.bytes.length > 0);
  }
});

test("OPTIONS says what a path can do, to browsers of known origins alone", async () => {
  const ask = (origin) =>
    raw(worker.url, {
      method: "OPTIONS",
      path: "/api/v1/readings",
      headers: { ...(origin && { origin }), "access-control-request-method": "POST" },
    });
  worker.clearLogs();
  const known = await ask(APP);
  assert.equal(known.status, 204);
  assert.equal(known.headers["access-control-allow-origin"], APP);
  assert.match(known.headers["access-control-allow-methods"], /POST/);
  assert.match(known.headers["access-control-allow-headers"], /authorization.*idempotency-key.*if-match/);
  for (const origin of ["https://evil.example", `${APP}.evil.example`, "null", undefined]) {
    const unknown = await ask(origin);
    assert.equal(unknown.status, 204);
    assert.match(unknown.headers.allow, /OPTIONS/);
    const granted = Object.keys(unknown.headers).filter((name) => name.startsWith("access-control-"));
    assert.deepEqual(granted, [], String(origin));
  }
  const calls = worker.logs().map(({ message }) => JSON.parse(message).metadata.calls);
  assert.deepEqual(calls, Array(5).fill({}), "a preflight costs no I/O");
});

test("an answer to another origin can be read where that is allowed, errors too", async () => {
  for (const [path, status] of [["/api/engines", 200], ["/api/v1/auth/me", 401], ["/api/nothing", 404]]) {
    const { headers } = await stranger.get(path, status, { headers: { origin: APP } });
    assert.equal(headers["access-control-allow-origin"], APP);
    assert.match(headers["access-control-expose-headers"], /etag.*x-request-id/);
    assert.match(headers.vary, /origin/i);
    const foreign = await stranger.get(path, status, { headers: { origin: "https://evil.example" } });
    assert.equal(foreign.headers["access-control-allow-origin"], undefined);
  }
});

test("a tampered token, one of another key and an unsigned one are refused", async () => {
  const [head, claims, signature] = ada.access_token.split(".");
  const other = JSON.parse(Buffer.from(claims, "base64url"));
  const encode = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const tokens = [
    `${head}.${encode({ ...other, sub: "0197f7a0-0000-7000-8000-000000000001" })}.${signature}`,
    `${head}.${claims}.${"A".repeat(signature.length)}`,
    `${encode({ alg: "none", typ: "JWT" })}.${claims}.`,
    `${head}.${claims}`,
    "",
  ];
  for (const token of tokens) {
    const { body } = await ada.as(token || undefined).get("/api/v1/auth/me", 401);
    assert.equal(body.code, "unauthenticated");
  }
});

test("a long answer is compressed for those who can read it, and is the same", async () => {
  const path = "/api/engines/numerology";
  const get = (encoding) => raw(worker.url, { path, headers: { "accept-encoding": encoding } });
  const [plain, gzip, brotli] = [await get("identity"), await get("gzip"), await get("br")];
  assert.deepEqual([plain.headers["content-encoding"], gzip.headers["content-encoding"]], [undefined, "gzip"]);
  assert.ok(gzip.bytes.length * 1.5 < plain.bytes.length);
  assert.deepEqual(gunzipSync(gzip.bytes), plain.bytes);
  assert.deepEqual(brotli.headers["content-encoding"] === "br" ? brotliDecompressSync(brotli.bytes) : brotli.bytes, plain.bytes);
  assert.match(gzip.headers.vary, /accept-encoding/i);
  assert.match(gzip.headers.etag, /^W\//, "other bytes, other strong tag: only a weak one is true of both");
  const short = await raw(worker.url, { path: "/health", headers: { "accept-encoding": "gzip" } });
  assert.deepEqual(JSON.parse(short.headers["content-encoding"] === "gzip" ? gunzipSync(short.bytes) : short.bytes).status, "ok");
});

test("what the caller has is not sent again", async () => {
  const { headers } = await ada.post("/api/v1/readings", reading(), 201);
  for (const path of [headers.location, "/api/v1/readings", "/api/v1/engines", "/api/v1/auth/me", "/api/v1/user/profile"]) {
    const first = await ada.get(path);
    assert.ok(first.headers.etag, path);
    const again = await ada.get(path, 304, { headers: { "if-none-match": `"other", ${first.headers.etag}` } });
    assert.equal(again.text, "");
    assert.equal(again.headers.etag, first.headers.etag);
    assert.equal(again.headers["cache-control"], first.headers["cache-control"]);
  }
  const before = await ada.get(headers.location);
  await ada.patch(headers.location, { rating: 5 }, 200);
  const known = { headers: { "if-none-match": before.headers.etag } };
  assert.equal((await ada.get(headers.location, 200, known)).body.rating, 5);
});

test("every answer belongs to a trace and says where its time went", async () => {
  const trace = "0af7651916cd43dd8448eb211c80319c";
  const headers = { traceparent: `00-${trace}-b7ad6b7169203331-01` };
  const { headers: answered } = await ada.get("/api/v1/readings", 200, { headers });
  assert.match(answered.traceparent, new RegExp(`^00-${trace}-(?!b7ad6b7169203331)[0-9a-f]{16}-01$`));
  assert.match(answered["server-timing"], /^total;dur=\d+, d1;dur=\d+;desc="1"/);
  const fresh = await stranger.get("/api/nothing", 404, { headers: { traceparent: "nonsense" } });
  assert.match(fresh.headers.traceparent, /^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
});

test("no answer may be sniffed, framed or kept where it is not to be", async () => {
  const answers = [
    [await stranger.get("/health"), "no-store"],
    [await stranger.get("/api/engines"), "public, max-age=3600, stale-while-revalidate=86400"],
    [await ada.get("/api/v1/readings"), "private, no-cache"],
    [await ada.post("/api/v1/readings", reading(), 201), "no-store"],
    [await stranger.get("/api/v1/readings", 401), "no-store"],
  ];
  for (const [{ headers }, kept] of answers) {
    assert.equal(headers["cache-control"], kept);
    assert.equal(headers["x-content-type-options"], "nosniff");
    assert.match(headers["content-security-policy"], /default-src 'none'.*frame-ancestors 'none'/);
  }
});

test("the served document is OpenAPI 3.1 and names what is served", async () => {
  const response = await fetch(`${worker.url}/openapi.json`);
  assert.match(response.headers.get("content-type"), /^application\/json/);
  const document = await response.json();
  assert.match(document.openapi, /^3\.1\./);
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      // Any value of the parameter's kind: an address of the contract is known whatever it names.
      const literal = path.replaceAll(/\{(\w+)\}/g, (_, name) => {
        const { schema } = operation.parameters.find((parameter) => parameter.in === "path" && parameter.name === name);
        const { enum: values } = schema.$ref ? document.components.schemas[schema.$ref.split("/").pop()] : schema;
        return values?.[0] ?? "0197f7a0-0000-7000-8000-00000000000a";
      });
      const { status, headers } = await fetch(worker.url + literal, { method: method.toUpperCase(), redirect: "manual" });
      // What an operation itself cannot find was admitted before; an address that nobody serves is not counted.
      const found = status !== 404 || headers.has("ratelimit");
      assert.ok(found && status !== 405, `${operation.operationId}: ${status}`);
      assert.ok(operation.security === undefined || operation.security.length === 0 || status === 401, `${operation.operationId}: ${status}`);
    }
  }
});
