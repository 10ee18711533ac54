// The ports in real workerd: the suite of tests/ports on D1, KV, Durable Objects and fetch, and random programs
// of SQL whose outcomes are compared with those of the native host.
//
// Needs the suite's Worker: `worker-build --dev` in tests/ports. SEED and PROGRAMS choose other programs.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { createTestHarness, unstable_startWorker } from "wrangler";

import { programOf } from "./ports.programs.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const SEED = Number(process.env.SEED ?? 20260301);
const PROGRAMS = Number(process.env.PROGRAMS ?? 320);
const IN_ONE_REQUEST = 20;
const CONFIG = "./tests/ports/wrangler.toml";
process.env.CLOUDFLARE_CF_FETCH_ENABLED ??= "false";

// The harness can evict objects, but sends what a Worker fetches through this process's own fetch, which
// follows redirects and answers 500 for a closed port. So the suite runs in a plain worker, with real sockets.
let harness;
let worker;
let server;

before(async () => {
  const built = `${root}/tests/ports/build/index.js`;
  assert.ok(existsSync(built), `${built} is missing: run worker-build --dev in tests/ports`);
  harness = createTestHarness({ root, workers: [{ configPath: CONFIG }] });
  await harness.listen();
  const dev = { server: { hostname: "127.0.0.1", port: 0 }, inspector: false, watch: false, persist: false };
  worker = await unstable_startWorker({ config: `${root}/${CONFIG}`, dev: { ...dev, logLevel: "none" } });
  await worker.ready;
  server = createServer(answer);
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
});

after(async () => {
  server?.closeAllConnections();
  server?.close();
  await worker?.dispose();
  await harness?.close();
});

// The server outside that the suite asks.
async function answer(request, response) {
  const paths = {
    "/ok": () => response.writeHead(200, { "X-Suite": "Yes" }).end("héllo"),
    "/teapot": () => response.writeHead(418).end(),
    "/redirect": () => response.writeHead(302, { location: "/ok" }).end(),
    "/silent": () => {},
    "/endless": () => response.writeHead(200).write("x"),
    "/large": () => response.writeHead(200).end(Buffer.alloc(300_000, "x")),
    "/echo": async () => {
      const body = Buffer.concat(await Array.fromAsync(request));
      response.end(`${request.method} ${request.headers["x-sent"]} ${body.toString("hex")}`);
    },
  };
  await (paths[request.url] ?? (() => response.writeHead(404).end()))();
}

async function post(path, body, to = harness) {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const response = await to.fetch(new URL(path, "http://suite.test").href, { method: "POST", body: text });
  assert.equal(response.status, 200, await response.clone().text());
  return response.json();
}

test("workerd passes the suite of the ports", async () => {
  const closed = createServer();
  await new Promise((done) => closed.listen(0, "127.0.0.1", done));
  const nobody = `http://127.0.0.1:${closed.address().port}`;
  await new Promise((done) => closed.close(done));
  const findings = await post("/suite", { server: `http://127.0.0.1:${server.address().port}`, nobody }, worker);
  assert.deepEqual(findings.filter((finding) => finding.wrong), []);
  assert.ok(findings.length >= 48, `only ${findings.length} checks ran`);
});

// Where the two copies of the IANA's database say different things; docs/platform.md tells why. An update of either
// changes these lists.
const DIFFERENT_PAST = ["America/Tijuana"];
const DIFFERENT_FUTURE = [
  "Africa/Casablanca",
  "Africa/El_Aaiun",
  "America/Edmonton",
  "America/Inuvik",
  "America/Vancouver",
  "America/Winnipeg",
];

test("zones of the platform and of the host tell the same, 1900 to 2099", async (t) => {
  const zones = Intl.supportedValuesOf("timeZone");
  const quarters = (year) => [0, 3, 6, 9].map((month) => Date.UTC(year, month, 15, 12));
  const moments = Array.from({ length: 200 }, (_, index) => quarters(1900 + index)).flat();
  const now = Date.UTC(2026, 2, 1);
  const host = onTheHost({ zones, moments }, "zones");
  const different = { past: new Set(), future: new Set() };
  for (let at = 0; at < zones.length; at += 40) {
    const part = await post("/zones", { zones: zones.slice(at, at + 40), moments }, worker);
    for (const [index, offsets] of part.entries()) {
      assert.ok(offsets.every(Number.isInteger), zones[at + index]);
      offsets.forEach((offset, moment) => {
        if (offset === host[at + index][moment]) return;
        different[moments[moment] < now ? "past" : "future"].add(zones[at + index]);
      });
    }
  }
  t.diagnostic(`${zones.length} zones at ${moments.length} moments`);
  assert.deepEqual([...different.past], DIFFERENT_PAST);
  assert.deepEqual([...different.future].filter((zone) => !DIFFERENT_PAST.includes(zone)), DIFFERENT_FUTURE);
});

test("an object's state survives eviction", async () => {
  const tell = (command) => post("/object", { name: "evicted", command: JSON.stringify(command) });
  assert.deepEqual(await tell({ do: "add", n: 5 }), { Ok: "5" });
  await harness.getWorker().evictDurableObject("Admission", { name: "evicted" });
  assert.deepEqual(await tell({ do: "add", n: 1 }), { Ok: "6" });
});

test("an object is forgotten by its alarm, and can begin again", async () => {
  const tell = (command) => post("/object", { name: "forgotten", command: JSON.stringify(command) });
  await tell({ do: "add", n: 5 });
  await tell({ do: "forget_in", millis: 1 });
  let count = "5";
  for (const end = Date.now() + 20_000; count === "5" && Date.now() < end; ) count = (await tell({ do: "read" })).Ok;
  assert.equal(count, "0");
  assert.deepEqual(await tell({ do: "add", n: 2 }), { Ok: "2" });
});

test("a session hands out a bookmark and takes it, or any nonsense, back", async () => {
  const rows = '[{"one":1}]';
  const [none, first, bookmark] = await post("/session", "");
  assert.deepEqual([none, first], [null, rows]);
  assert.match(bookmark, /^[0-9a-f-]+$/);
  for (const text of [bookmark, "first-nonsense'", "🦉", "0".repeat(129)]) {
    const [before, found, next] = await post("/session", text);
    assert.deepEqual([before, found], [null, rows]);
    assert.match(next, /^[0-9a-f-]+$/);
  }
});

test(`${PROGRAMS} random programs do the same on the host and in workerd`, async (t) => {
  t.diagnostic(`SEED=${SEED}`);
  const programs = Array.from({ length: PROGRAMS }, (_, index) => programOf(SEED + index));
  const native = onTheHost(programs);
  const told = [];
  for (let at = 0; at < programs.length; at += IN_ONE_REQUEST) {
    told.push(...(await post("/program", programs.slice(at, at + IN_ONE_REQUEST), worker)));
  }
  const faults = new Map();
  let steps = 0;
  for (const [index, program] of programs.entries()) {
    for (const [number, step] of program.entries()) {
      const [host, workerd] = [native[index][number], told[index][number]];
      steps += 1;
      if (host.fault) faults.set(host.fault, (faults.get(host.fault) ?? 0) + 1);
      assert.deepEqual(comparable(host), comparable(workerd), explain(SEED + index, program, number, host, workerd));
    }
  }
  t.diagnostic(`${steps} steps; failures alike: ${JSON.stringify(Object.fromEntries(faults))}`);
  // Programs that never fail, or never in some way, would compare little.
  for (const fault of ["Unique", "ForeignKey", "NotNull", "Check", "Statement"]) {
    assert.ok((faults.get(fault) ?? 0) >= 5, `${fault} came up ${faults.get(fault) ?? 0} times`);
  }
});

function onTheHost(input, ...args) {
  const command = ["run", "--quiet", "-p", "witness-ports-suite", "--bin", "ports-program", "--", ...args];
  const ran = spawnSync("cargo", command, {
    cwd: root,
    input: JSON.stringify(input),
    encoding: "utf8",
    maxBuffer: 1 << 30,
  });
  assert.equal(ran.status, 0, ran.stderr);
  return JSON.parse(ran.stdout);
}

// The homes' words for a failure differ; its kind may not.
function comparable(told) {
  return told.fault ? { fault: told.fault } : told;
}

function explain(seed, program, number, host, workerd) {
  const steps = program.slice(0, number + 1).map((step) => JSON.stringify(step).slice(0, 400));
  return [
    `SEED=${seed} PROGRAMS=1 shows it: step ${number} differs`,
    ...steps,
    `host:    ${JSON.stringify(host)}`,
    `workerd: ${JSON.stringify(workerd)}`,
  ].join("\n");
}

test("a panic is logged once, with its stack, and the next request is served", async () => {
  const before = harness.getLogs().length;
  const broken = await harness.fetch("http://suite.test/panic", { method: "POST", body: "" });
  assert.equal(broken.status, 500);
  const lines = harness.getLogs().slice(before).map((entry) => JSON.stringify(entry));
  const told = lines.filter((line) => line.includes("as asked"));
  assert.equal(told.length, 1, lines.join("\n"));
  assert.match(told[0], /worker_entry\.rs/);
  assert.deepEqual(await post("/program", [[]]), [[]]);
});
