// What comes in: bodies, parameters and headers that are too large, of another kind, broken or against the rules.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";

import { Client, account, raw, reading } from "./client.mjs";
import { start } from "./worker.mjs";

const REGISTER = "/api/v1/auth/register";
const document = JSON.parse(readFileSync(new URL("../../public/openapi.json", import.meta.url), "utf8"));
const LIMIT = document.paths[REGISTER].post["x-body-limit"];

let worker;
let ada;
let stranger;
before(async () => {
  worker = await start();
  stranger = new Client(worker.url);
  ada = await account(worker.url);
});
after(() => worker?.close());

test("a body over its limit is refused while it is being sent", async () => {
  const post = (headers, write) =>
    raw(worker.url, { method: "POST", path: REGISTER, headers: { "content-type": "application/json", ...headers }, write });
  // Neither body ever ends: an answer shows that the Worker did not wait for the rest.
  const streamed = await post({}, (sending) => sending.write("x".repeat(LIMIT + 1)));
  const declared = await post({ "content-length": "1000000000" }, (sending) => sending.write("{"));
  for (const { status, headers, bytes } of [streamed, declared]) {
    assert.equal(status, 413);
    assert.equal(headers["content-type"], "application/problem+json");
    assert.equal(JSON.parse(bytes).code, "payload-too-large");
  }
  // The limit itself passes.
  const filled = JSON.stringify({ email: "a@example.com", password: "long enough" });
  const fits = filled.slice(0, -1) + " ".repeat(LIMIT - filled.length) + "}";
  await stranger.send("POST", REGISTER, 202, { raw: fits });
  await stranger.send("POST", REGISTER, 413, { raw: `${fits} ` });
});

test("a body of undeclared length is put together from its pieces", async () => {
  const body = Buffer.from(JSON.stringify({ email: "pieces@example.com", password: "🦉 in pieces 🦉" }));
  const { status } = await raw(worker.url, {
    method: "POST",
    path: REGISTER,
    headers: { "content-type": "application/json", "transfer-encoding": "chunked" },
    write: (sending) => {
      // The last piece begins inside a character.
      const cuts = [0, 5, body.indexOf("🦉") + 2, body.length];
      for (const [at, cut] of cuts.slice(1).entries()) sending.write(body.subarray(cuts[at], cut));
      sending.end();
    },
  });
  assert.equal(status, 202);
  await stranger.send("POST", "/api/v1/auth/login", 200, { raw: body });
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
