// The second part of the chaos run: people go on while the engine outside, the database, the cache and the objects fail, each
// for some seconds and in several ways. Meanwhile nothing but what the contract says of such times may be answered; after
// each fault everything works again without a restart; at the end everything acknowledged is there, once.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { seeded } from "../../clients/js/test/random.mjs";
import { startHouse } from "../load/house.mjs";
import { Meter } from "../load/meter.mjs";
import { missing, register, visit } from "../load/people.mjs";

const number = (name, fallback) => Number(process.env[name] ?? fallback);
const settings = { seed: number("SEED", Math.floor(Math.random() * 2 ** 32)), people: number("PEOPLE", 24), visits: number("VISITS", 8) };
/** Seconds that a fault lasts, in which refusals may go on, and that are watched afterwards: with `HASTE=3` a third. */
const [LASTS, RECOVERS, WATCHED] = [12, 10, 6].map((seconds) => seconds / number("HASTE", 1));
/** How often somebody repeats what may not have happened. */
const ATTEMPTS = 7;

/** What is told in the meantime, by name. `engine` is what the server outside does. */
const FAULTS = {
  "the engine answers 500": { engine: "fail" },
  "the engine never answers": { engine: "hang" },
  "the engine hangs up": { engine: "reset" },
  "the engine talks nonsense": { engine: "nonsense" },
  "a third of what the database is asked fails": { d1: { does: "fail", share: 0.33 } },
  "the database is gone": { d1: { does: "fail" } },
  "a third of what the database answers is lost": { d1: { does: "lose", share: 0.33 } },
  "the database is slow": { d1: { does: "slow", millis: 1_500, share: 0.5 } },
  "the cache is gone": { kv: { does: "fail" } },
  "the cache is slow": { kv: { does: "slow", millis: 1_000 } },
  "a third of what objects are asked fails": { object: { does: "fail", share: 0.33 } },
  "no object can be reached": { object: { does: "fail" } },
  "a third of what objects answer is lost": { object: { does: "lose", share: 0.33 } },
  "everything fails now and then": { engine: "fail", d1: { does: "lose", share: 0.1 }, kv: { does: "fail", share: 0.3 }, object: { does: "lose", share: 0.1 } },
};

const began = performance.now();
const say = (text) => process.stderr.write(`${((performance.now() - began) / 1000).toFixed(0).padStart(5)} s  ${text}\n`);
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const random = seeded(settings.seed);

/** An engine that never has an answer of its own: it says so, or whatever it is told to do. */
async function startEngine() {
  const engine = { does: "decline", asked: 0 };
  const deeds = {
    decline: (_, response) => response.writeHead(404).end(),
    fail: (_, response) => response.writeHead(500).end("as scripted"),
    hang: () => {},
    reset: (request) => request.socket.resetAndDestroy(),
    nonsense: (_, response) => response.writeHead(200, { "content-type": "application/json" }).end("<html>Welcome</html>"),
  };
  const server = createServer((request, response) => {
    engine.asked += 1;
    request.resume().on("end", () => deeds[engine.does](request, response));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  engine.url = `http://127.0.0.1:${server.address().port}`;
  engine.stop = () => (server.closeAllConnections(), server.close());
  return engine;
}

/** What may be answered while something fails: that it may pass, with when to come again; and that somebody is too fast. */
const passing = ({ status, body, headers, error }) =>
  error === undefined && [503, 429].includes(status) && headers.has("retry-after") && typeof body?.code === "string";

const state = mkdtempSync(join(tmpdir(), "witness-dependencies-"));
const [complaints, reasons, rows] = [[], [], []];
let house;
let engine;

/** Wraps the Worker's module. */
const wrap = (modules) => [{ type: "ESModule", path: "faulty.mjs", contents: readFileSync(new URL("faulty.mjs", import.meta.url), "utf8") }, ...modules];

async function main() {
  engine = await startEngine();
  const vars = { ENGINE_URL: engine.url, ENGINE_DEADLINE_MS: "1000" };
  house = await startHouse({ state, vars, wrap, onError: (message) => complaints.push(message) });
  const api = { url: house.url, verify: house.verify, meter: new Meter() };
  const set = async ({ engine: does, ...kinds }) => {
    engine.does = does ?? "decline";
    await fetch(`${house.url}/faults`, { method: "POST", body: JSON.stringify(kinds) });
  };
  const people = [];
  while (people.length < settings.people) {
    const person = await register(api, random);
    if (!person) throw new Error(`somebody could not register: ${api.meter.errors[0]}`);
    people.push(person);
  }
  say(`${people.length} people, ${Object.keys(FAULTS).length} faults (SEED=${settings.seed})`);

  // People come all the time; what they are answered is counted in whatever is going on just then.
  let open = true;
  const under = new Set();
  const coming = (async () => {
    while (open) {
      await pause((-Math.log(1 - random()) / settings.visits) * 1000);
      const own = seeded(Math.floor(random() * 2 ** 32));
      const person = people[Math.floor(random() * people.length)];
      const one = visit(own)({ api, person, random: own, pause: () => pause(100 + own() * 900), attempts: ATTEMPTS });
      under.add(one);
      one.catch((error) => reasons.push(error.stack)).finally(() => under.delete(one));
    }
  })();
  const during = async (seconds, allows) => {
    const meter = new Meter();
    Object.assign(api, { meter, allows });
    await pause(seconds * 1000);
    return meter;
  };
  for (const [name, fault] of Object.entries(FAULTS)) {
    let refused = 0;
    const noted = (answer) => passing(answer) && (refused += 1) > 0;
    await set(fault);
    const under = await during(LASTS, noted);
    await set({});
    const since = performance.now();
    let last = since;
    const after = await during(RECOVERS, (answer) => noted(answer) && (last = performance.now()) > 0);
    const well = await during(WATCHED);
    const failed = under.failed + after.failed;
    rows.push([name, under.requests, refused, failed, ((last - since) / 1000).toFixed(1), `${well.failed} of ${well.requests}`]);
    if (failed > 0) reasons.push(`${name}: ${under.errors[0] ?? after.errors[0]}`);
    if (well.failed > 0) reasons.push(`after "${name}": ${well.errors[0]}`);
    say(`${name}: ${under.requests} requests, ${refused} refused, ${failed + well.failed} failed`);
  }
  open = false;
  await coming;
  await Promise.all(under);
  api.meter = new Meter();
  api.allows = undefined;
  const { lost, doubled } = await missing(people);
  const kept = people.reduce((sum, person) => sum + person.kept.size, 0);
  if (lost.length > 0) reasons.push(`${lost.length} of ${kept} readings that were acknowledged are lost`);
  if (doubled.length > 0) reasons.push(`${doubled.length} readings are there twice`);
  console.log("\n| while | requests | refused for the moment | failed | last refusal after, s | failed once it was over |\n| --- | --- | --- | --- | --- | --- |");
  for (const row of rows) console.log(`| ${row.join(" | ")} |`);
  console.log(`\n${kept} readings acknowledged, ${lost.length} lost, ${doubled.length} doubled; the engine was asked ${engine.asked} times`);
}

try {
  await main();
} catch (error) {
  reasons.push(error.stack);
} finally {
  engine?.stop();
  await house?.stop().catch(() => {});
  rmSync(state, { recursive: true, force: true });
}
for (const [text, all] of Map.groupBy(complaints, (text) => text.slice(0, 200))) console.log(`  workerd said ${all.length} times: ${text}`);
console.log(reasons.length === 0 ? `passed (SEED=${settings.seed})` : `FAILED (SEED=${settings.seed}):\n${reasons.slice(0, 20).join("\n")}`);
process.exit(reasons.length === 0 ? 0 : 1);
