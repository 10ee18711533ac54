// The load run and the faults of what the house depends on, both short: that nothing fails, is lost or doubled.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../..", import.meta.url));

/** What a run prints; it throws with all of it where the run has failed. */
async function output(script, env) {
  const { stdout } = await run(process.execPath, [script], { cwd: root, env: { ...process.env, ...env }, maxBuffer: 1 << 24 });
  return stdout;
}

test("people who come as they like are all served, and find what they kept", async () => {
  const text = await output("tools/load/run.mjs", { PROFILE: "smoke", MINUTES: "0.2", PEOPLE: "8", CONNECTED: "2", SEED: "7" });
  assert.match(text, /\d+ requests in .* 0 failed/);
  assert.match(text, /^- relay: [1-9]\d* events sent, 0 not delivered/m);
  assert.match(text, /^- passed$/m);
});

test("while engine, database, cache and objects fail nothing is lost, and afterwards nothing fails", async () => {
  const text = await output("tools/chaos/dependencies.mjs", { HASTE: "5", PEOPLE: "8", SEED: "7" });
  assert.match(text, /[1-9]\d* readings acknowledged, 0 lost, 0 doubled/);
  assert.match(text, /^passed \(SEED=7\)$/m);
});
