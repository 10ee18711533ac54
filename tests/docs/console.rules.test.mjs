// What the console makes of figures: pure functions of console/, without a browser.
import assert from "node:assert/strict";
import { test } from "node:test";
import { between, earlier, grown, parse, point, quantile, reading } from "../../console/figures.ts";
import { bytes, duration, milliseconds, number, share } from "../../console/format.ts";
import { place } from "../../console/routes.ts";
import { Trouble, seconds } from "../../console/wire.ts";

/** A text of the collectors: so many requests of an operation, of which so many failed, each in a bucket. */
const figures = (operations, more = "") =>
  Object.entries(operations).map(([name, { ok = 0, bad = 0, fast = 0, slow = 0 }]) => `# TYPE witness_requests_total counter
witness_requests_total{operation="${name}",status="2xx"} ${ok}
witness_requests_total{operation="${name}",status="5xx"} ${bad}
witness_request_duration_seconds_bucket{operation="${name}",le="0.004096"} ${fast}
witness_request_duration_seconds_bucket{operation="${name}",le="0.008192"} ${fast + slow}
witness_request_duration_seconds_bucket{operation="${name}",le="+Inf"} ${fast + slow}
witness_request_duration_seconds_sum{operation="${name}"} ${fast * 0.003 + slow * 0.006}
witness_request_duration_seconds_count{operation="${name}"} ${fast + slow}
`).join("") + more;

test("the text format is read with its escapes, and what is no sample is left out", () => {
  const text = `# HELP a b\n\na_total{x="1,2",y="a\\"b\\\\c\\nd"} 4\nb 1.5e3\nc{le="+Inf"} +Inf\nbroken{\nd 7 1795337889000\n{x="1"} 3\n`;
  assert.deepEqual([...parse(text)], [
    ["a_total", [{ labels: { x: "1,2", y: 'a"b\\c\nd' }, value: 4 }]],
    ["b", [{ labels: {}, value: 1500 }]],
    ["c", [{ labels: { le: "+Inf" }, value: Infinity }]],
    ["d", [{ labels: {}, value: 7 }]],
  ]);
});

test("rates and quantiles are those of the time between, and work that nobody asked for is left out", () => {
  const behind = { ok: 900, slow: 900 };
  const before = reading(parse(figures({ list: { ok: 100, fast: 100 }, behind })), 10_000);
  const text = figures({ list: { ok: 130, bad: 10, fast: 110, slow: 30 }, behind: { ok: 999, slow: 999 } }, `
witness_dependency_calls_total{dependency="d1",call="run",outcome="ok"} 40
witness_dependency_calls_total{dependency="d1",call="batch",outcome="error"} 10
witness_dependency_duration_seconds_sum{dependency="d1",call="run"} 0.5
witness_active_users 12
witness_waiting{what="mails"} 3
`);
  const found = point(before, reading(parse(text), 20_000));
  assert.deepEqual([found.requests, found.errors, found.refused, found.people], [4, 1, 0, 12]);
  assert.deepEqual([found.dependencies, found.waiting], [{ d1: 10 }, { mails: 3 }]);
  // Of forty, ten are in the first bucket: the middle one is a third into the second.
  assert.ok(Math.abs(found.p50 - (4.096 + 4.096 / 3)) < 1e-9, found.p50);
  assert.ok(found.p99 <= 8.192 && found.p99 > found.p95);
});

test("a counter that went down began anew, and an operation that is new counts whole", () => {
  assert.deepEqual([grown(undefined, 5), grown(7, 9), grown(9, 2)], [5, 2, 2]);
  const before = reading(parse(figures({ list: { ok: 100, fast: 100 } })), 0);
  const now = reading(parse(figures({ list: { ok: 4, fast: 4 }, find: { ok: 6, slow: 6 } })), 1_000);
  assert.equal(point(before, now).requests, 10);
  assert.deepEqual(between(before, now), [[0.004096, 4], [0.008192, 10], [Infinity, 10]]);
  assert.deepEqual(between(undefined, now, "find"), [[0.004096, 0], [0.008192, 6], [Infinity, 6]]);
});

test("what was not counted is not known, rather than zero", () => {
  const one = reading(parse(figures({ list: { ok: 3, fast: 3 } })), 5_000);
  const still = point(one, { ...one, at: 10_000 });
  assert.deepEqual([still.requests, still.p50, still.p99, still.people], [0, null, null, null]);
  assert.equal(point(one, one).requests, null, "no time has passed");
  assert.equal(quantile([], 0.5), null);
  assert.equal(quantile([[1, 0], [Infinity, 5]], 0.5), 1, "beyond the last end, that end is all that is known");
});

test("a rate looks back fifteen seconds, or as far as it can", () => {
  const at = (moment) => ({ at: moment });
  const readings = [0, 5_000, 10_000, 15_000].map(at);
  assert.equal(earlier(readings, at(20_000)).at, 5_000);
  assert.equal(earlier(readings.slice(2), at(12_000)).at, 10_000);
  assert.equal(earlier([], at(1)), undefined);
});

test("a pause is read as seconds or as a date, and a missing scope by its name", () => {
  const now = Date.parse("2026-01-01T00:00:00Z");
  assert.deepEqual([seconds("7"), seconds(null), seconds("soon"), seconds("Thu, 01 Jan 2026 00:01:30 GMT", now), seconds("Thu, 01 Jan 2015 00:00:00 GMT", now)],
    [7, undefined, undefined, 90, 0]);
  assert.equal(new Trouble(403, "no", { detail: "The scope admin:users:read is needed." }).scope, "admin:users:read");
  assert.equal(new Trouble(401, "no", { detail: "The scope admin:users:read is needed." }).scope, undefined);
});

test("places and numbers are read as they are written", () => {
  assert.deepEqual(place("#/users/a%2Fb"), { view: "users", id: "a/b" });
  assert.deepEqual(place(""), { view: "overview", id: undefined });
  assert.deepEqual(place("#/limits/%E0%A4%A"), { view: "limits", id: "%E0%A4%A" });
  assert.deepEqual([number(null), number(0.9387), number(1234567), share(0.0911), milliseconds(undefined)], ["–", "0.939", "1,234,567", "9.1%", "–"]);
  assert.deepEqual([bytes(4097), bytes(0), duration(59), duration(3_700), duration(90_000), duration(260_000)],
    ["4.1 KB", "0 bytes", "59 s", "1 h 1 min", "25 h 0 min", "3 days"]);
});
