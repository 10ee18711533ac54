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

test("a body over its limit is refused while it is being sent", async () => {
  const post = (headers, write) =>
    raw(worker.url, { method: "POST", path: REGISTER, headers: { "content-type": "application/json", ...headers }, write });
  // Neither body ever ends: an answer shows that the Worker did not wait for the rest.
  const streamed = await post({}, (sending) => sending.write("x".repeat(4_097)));
  const declared = await post({ "content-length": "1000000000" }, (sending) => sending.write("{"));
  for (const { status, headers, bytes } of [streamed, declared]) {
    assert.equal(status, 413);
    assert.equal(headers["content-type"], "application/problem+json");
    assert.equal(JSON.parse(bytes).code, "payload-too-large");
  }
  // The limit itself passes: it is the JSON that is wrong then.
  const filled = JSON.stringify({ email: "a@example.com", password: "long enough" });
  const fits = filled.slice(0, -1) + " ".repeat(4_096 - filled.length) + "}";
  await stranger.send("POST", REGISTER, 202, { raw: fits });
  await stranger.send("POST", REGISTER, 413, { raw: `${fits} ` });
});

test("a body of another type is refused", async () => {
  const text = JSON.stringify(reading());
  for (const type of ["text/plain", "application/x-www-form-urlencoded", "application/jsonp", "application/merge-patch+json", null]) {
    const { body } = await ada.send("POST", "/api/v1/readings", 415, { raw: Buffer.from(text), type });
    assert.equal(body.code, "unsupported-media-type", String(type));
  }
  await ada.send("POST", "/api/v1/readings", 201, { raw: text, type: "APPLICATION/JSON; charset=utf-8" });
});

test("what is no JSON is 400, whatever is wrong with it", async () => {
  const broken = {
    "nothing at all": "",
    "a word": "hello",
    "an open object": '{"engine":"tarot","input":{}',
    "a key given twice": '{"engine":"tarot","engine":"iching","input":{}}',
    "a key given twice inside": '{"engine":"tarot","input":{"seed":"a","seed":"b"}}',
    "text after the value": '{"engine":"tarot","input":{}} {}',
    "a trailing comma": '{"engine":"tarot","input":{},}',
    "a comment": '{"engine":"tarot","input":{}}//',
    "single quotes": "{'engine':'tarot'}",
    "a depth bomb": '{"engine":"tarot","input":'.padEnd(20_000, "["),
    "a closed depth bomb": `{"engine":"tarot","input":${"[".repeat(40)}${"]".repeat(40)}}`,
    "an escaped lone surrogate": '{"engine":"tarot","input":{"seed":"\\ud800"}}',
    "a raw line break in a string": '{"engine":"tarot","input":{"seed":"a\nb"}}',
    "NaN": '{"engine":"tarot","input":{"seed":NaN}}',
    "a number beyond every limit": '{"engine":"numerology","input":{"current_year":1e999}}',
    "a byte order mark": "\ufeff{}",
    "invalid UTF-8": Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]),
    "a cut UTF-8 sequence": Buffer.from([0x22, 0xe2, 0x82]),
    "UTF-16": Buffer.from("{}", "utf16le"),
    "zero bytes": Buffer.alloc(64),
  };
  for (const [what, text] of Object.entries(broken)) {
    const { body } = await ada.send("POST", "/api/v1/readings", 400, { raw: text });
    assert.equal(body.code, "malformed-request", what);
    assert.ok(body.detail?.length > 10, what);
  }
});

test("broken rules are told all at once", async () => {
  const { body } = await ada.post(
    "/api/v1/readings",
    { engine: "biorhythm", input: { birth_date: "1990-02-30", forecast_days: 0, extended: "yes", moon: 1 }, note: "a\u0000b", rating: 3 },
    422,
  );
  assert.equal(body.code, "invalid-request");
  const told = body.violations.map(({ in: place, pointer, code }) => `${place} ${pointer} ${code}`).sort();
  assert.deepEqual(told, [
    "body /input/birth_date format",
    "body /input/extended type",
    "body /input/forecast_days minimum",
    "body /input/moon unknown-field",
    "body /note nul",
    "body /rating unknown-field",
  ]);
  const query = await ada.get("/api/v1/readings?limit=0&engine=astrology&created_from=yesterday&colour=red", 422);
  assert.deepEqual(query.body.violations.map(({ in: place }) => place), Array(4).fill("query"));
  const path = await ada.get("/api/v1/readings/not-an-id", 422);
  assert.deepEqual([path.body.violations[0].in, path.body.violations[0].code], ["path", "format"]);
  const refused = await ada.post("/api/v1/engines/biorhythm/calculate", { birth_date: "2020-01-01", target_date: "2019-01-01" }, 422);
  assert.ok(refused.body.detail || refused.body.violations.length > 0);
});

test("nothing from outside gives 500", async () => {
  const odd = ["%", "%zz", "%00", "%ff", "%2e%2e%2f", "\u00e9", "'; DROP TABLE readings; --", "..", "%F0%9F%98%80", "a".repeat(6_000)];
  for (const text of odd) {
    const part = encodeURI(text).replaceAll("%25", "%");
    for (const path of [`/api/v1/readings/${part}`, `/api/v1/engines/${part}`, `/api/v1/readings?cursor=${part}`, `/api/v1/readings?${part}`]) {
      const { status } = await ada.send("GET", path);
      assert.ok(status >= 200 && status < 500, `${path} -> ${status}`);
    }
  }
  const headers = {
    authorization: ["Bearer", "Bearer ", "Bearer a.b.c", "Basic YTpi", `Bearer ${"x".repeat(5_000)}`, "Bearer eyJhbGciOiJub25lIn0.e30."],
    "if-match": ["*", '"v1", "v2"', "v1", '"v99999999999999999999"', 'W/"v1"'],
    "if-none-match": ["*", '"', ",,,", '"v1"'],
    "idempotency-key": ["", " ", "x".repeat(300), "caf\u00e9"],
    traceparent: ["00", "00-0-0-0", "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"],
    "d1-bookmark": ["?", "\u00ff"],
    "content-length": [],
  };
  for (const [name, values] of Object.entries(headers)) {
    for (const value of values) {
      for (const [method, path, body] of [["GET", "/api/v1/readings"], ["PUT", "/api/v1/user/profile/update", {}], ["POST", "/api/v1/readings", reading()]]) {
        const { status } = await ada.send(method, path, undefined, { body, headers: { [name]: value } });
        assert.ok(status >= 200 && status < 500, `${method} ${name}: ${value} -> ${status}`);
      }
    }
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
    const literal = path.replaceAll(/\{id\}/g, "0197f7a0-0000-7000-8000-00000000000a").replaceAll("{name}", "tarot");
    for (const [method, operation] of Object.entries(methods)) {
      const { status } = await stranger.send(method.toUpperCase(), literal);
      assert.ok(![404, 405].includes(status), `${operation.operationId}: ${status}`);
      assert.ok(operation.security === undefined || operation.security.length === 0 || status === 401, `${operation.operationId}: ${status}`);
    }
  }
});
