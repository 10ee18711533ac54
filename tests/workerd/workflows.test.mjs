// Workflows before the built Worker: several engines in one question, kept as a whole.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { account } from "./client.mjs";
import { start } from "./worker.mjs";

let worker;
let user;

before(async () => {
  worker = await start();
  user = await account(worker.url);
});
after(() => worker?.close());

const BIRTH = { full_name: "Ada Example", birth_date: "1990-04-12", birth_time: "07:45", time_zone: "Europe/Berlin" };

test("a workflow asks its engines side by side, is kept as a whole and names what they share", async () => {
  const run = async () => (await user.post("/api/v1/workflows/natal/run", BIRTH, 200)).body;
  const first = await run();
  assert.deepEqual([first.source, first.degraded], ["embedded", false]);
  const engines = first.result.sections.map(({ engine }) => engine);
  assert.deepEqual(engines, ["human_design", "gene_keys", "vimshottari", "numerology"]);
  const { full_name: _, ...birth } = BIRTH;
  for (const { engine, input_hash, result } of first.result.sections.slice(0, 2)) {
    const alone = (await user.post(`/api/v1/engines/${engine}/calculate`, birth, 200)).body;
    assert.deepEqual([input_hash, result], [alone.input_hash, alone.result], engine);
  }
  for (const { engines, evidence } of first.result.themes) {
    assert.ok(engines >= 2 && new Set(evidence.map(({ engine }) => engine)).size === engines);
  }
  const again = await run();
  assert.deepEqual(again, { ...first, source: "cache" });
});

test("a batch answers each item with its result or its problem", async () => {
  const items = [
    { id: "a", engine: "biorhythm", input: { birth_date: "1990-04-12", target_date: "2026-03-01" } },
    { id: "b", engine: "biorhythm", input: { birth_date: "1990-04-12", target_date: "1990-04-11" } },
    { id: "c", engine: "biorhythm", input: { birth_date: "1990-04-12", target_date: "2026-03-01" } },
  ];
  const { body } = await user.post("/api/v1/engines/batch", { items }, 200);
  const [one, refused, same] = body.items;
  assert.deepEqual(one.calculation.result, same.calculation.result);
  assert.equal(refused.problem.violations[0].pointer, "/items/1/input/target_date");
  assert.equal(refused.calculation, null);
});
