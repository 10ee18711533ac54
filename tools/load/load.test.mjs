import assert from "node:assert/strict";
import { test } from "node:test";

import { growth } from "./memory.mjs";
import { Meter, named, quantile } from "./meter.mjs";

test("a quantile is a value that was measured", () => {
  const values = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
  assert.deepEqual([0.5, 0.95, 0.99, 1].map((share) => quantile(values, share)), [5, 10, 10, 10]);
  assert.equal(quantile([], 0.5), undefined);
});

test("requests are counted by what they ask, whoever asks it of whatever", () => {
  const meter = new Meter();
  for (const id of ["0197f7a0-0000-7000-8000-00000000000a", "0197f7a0-0000-7000-8000-00000000000b"]) {
    meter.note(named("GET", `/api/v1/readings/${id}?fields=id`), 3);
  }
  meter.note(named("GET", "/api/v1/shared/AAAA-bbbb_c"), 5, "500");
  assert.deepEqual(meter.each().map(({ what, count, errors }) => [what, count, errors]), [
    ["GET /api/v1/readings/{id}", 2, 0],
    ["GET /api/v1/shared/{token}", 1, 1],
  ]);
  assert.deepEqual([meter.requests, meter.failed, meter.errors], [3, 1, ["GET /api/v1/shared/{token}: 500"]]);
});

test("words of errors are kept up to a number, and all are counted", () => {
  const meter = new Meter();
  for (let number = 0; number < 80; number += 1) meter.note("GET /", 1, "gone");
  assert.deepEqual([meter.failed, meter.errors.length], [80, 50]);
});

test("memory grows where the last third of a run holds more than the one before", () => {
  const run = (of) => Array.from({ length: 90 }, (_, at) => of(at));
  assert.ok(!growth(run((at) => 200 + 5 * (at % 7))).grows, "what is collected now and then");
  assert.ok(!growth(run((at) => Math.min(100 + 10 * at, 300))).grows, "caches that fill in the first third");
  assert.ok(growth(run((at) => 100 + 2 * at)).grows, "a leak");
  assert.ok(!growth([]).grows);
});
