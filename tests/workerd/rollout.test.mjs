// A rollout with a wrangler that writes down what it is told, and a deployment that fails when the test wants it to.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { fileURLToPath } from "node:url";

import { WARM, traffic, verdict } from "../../scripts/watch.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const OLD = "11111111-1111-4111-8111-111111111111";
const NEW = "22222222-2222-4222-8222-222222222222";

let place;
let server;
/** How the deployment answers: by the requests that it has seen. */
let answer;
let pins;
/** What it was asked for, with how often the wrangler had deployed by then. */
let asked;

before(async () => {
  server = createServer((request, response) => {
    const calls = existsSync(join(place, "calls")) ? readFileSync(join(place, "calls"), "utf8").split("\n") : [];
    asked.push({ url: request.url, step: deploys(calls).length, pin: request.headers["cloudflare-workers-version-overrides"] });
    pins.add(request.headers["cloudflare-workers-version-overrides"]);
    const body = { status: request.url === "/health" ? "ok" : "ready", version: "0.1.0" };
    response.writeHead(answer(request.url), { "content-type": "application/json" }).end(JSON.stringify(body));
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
});
after(() => server.close());

// A checkout with the scripts as they are, and beside them helpers that only write down that they were called.
afterEach(() => rmSync(place, { recursive: true, force: true }));
beforeEach(() => {
  pins = new Set();
  asked = [];
  answer = () => 200;
  place = mkdtempSync(join(tmpdir(), "witness-rollout-"));
  for (const folder of ["scripts", "bin"]) mkdirSync(join(place, folder));
  for (const name of ["rollout.sh", "withdraw.sh", "smoke.mjs", "watch.mjs", "versions.mjs"]) {
    copyFileSync(join(root, "scripts", name), join(place, "scripts", name));
  }
  symlinkSync(join(root, "node_modules"), join(place, "node_modules"));
  const origin = `http://127.0.0.1:${server.address().port}`;
  const config = readFileSync(join(root, "wrangler.toml"), "utf8");
  writeFileSync(join(place, "wrangler.toml"), config.replace(/PUBLIC_URL = "https:\/\/api[^"]*"/, `PUBLIC_URL = "${origin}"`));
  const script = (name, text) => {
    writeFileSync(join(place, name), text);
    chmodSync(join(place, name), 0o755);
  };
  script("scripts/toolchain.sh", `ROOT=${place}\nsay() { printf '%s\\n' "$*" >&2; }\nfail() { say "$*"; exit 1; }\nneed_build() { :; }\nneed_node() { :; }\n`);
  for (const name of ["scripts/check-config.sh", "bin/make"]) {
    script(name, `#!/bin/sh\necho "${name} $*" >>${place}/calls\nexit $(cat ${place}/${name}.code 2>/dev/null || echo 0)\n`);
  }
  script("bin/git", "#!/bin/sh\necho 0123456789ab\n");
  script(
    "bin/wrangler",
    `#!/bin/sh
echo "wrangler $*" >>${place}/calls
case "$*" in
  *"$(cat ${place}/refused 2>/dev/null || echo 'nothing is refused')"*) exit 1 ;;
  "deployments status"*) echo '{"id":"d","versions":[{"version_id":"${OLD}","percentage":'"$(cat ${place}/share 2>/dev/null || echo 100)"'}]}' ;;
  "versions upload"*) echo '{"type":"version-upload","version":1,"version_id":"${NEW}"}' >>"$WRANGLER_OUTPUT_FILE_PATH" ;;
  tail*) cat ${place}/tail 2>/dev/null; exec sleep 60 ;;
esac
`,
  );
});

const keep = (name, text) => writeFileSync(join(place, name), text);

/** A process group of its own, as a terminal makes one. */
let group;

async function run(script, ...words) {
  const env = { ...process.env, PATH: `${join(place, "bin")}:${process.env.PATH}`, ROLLOUT_WATCH: "0.2", WATCH_ROUND_MS: "20", ROLLOUT_JOURNEY: "0" };
  const child = spawn("bash", [join(place, "scripts", script), ...words], { env, stdio: ["ignore", "pipe", "pipe"], detached: true });
  group = child.pid;
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (piece) => (output += piece));
  const code = await new Promise((ended) => child.on("close", ended));
  const calls = existsSync(join(place, "calls")) ? readFileSync(join(place, "calls"), "utf8").trim().split("\n") : [];
  return { code, output, calls: calls.filter((call) => !call.startsWith("wrangler tail")) };
}

const deploys = (calls) => calls.filter((call) => call.startsWith("wrangler versions deploy")).map((call) => call.split(" --env")[0].slice(25));
const STEPS = [`${NEW}@10% ${OLD}@90%`, `${NEW}@50% ${OLD}@50%`, `${NEW}@100%`];

test("a rollout goes from 10 to 50 to 100 per cent, and asks the new version itself after each step", async () => {
  const { code, output, calls } = await run("rollout.sh", "production");
  assert.equal(code, 0, output);
  assert.deepEqual(deploys(calls), STEPS);
  const order = calls.map((call) => call.split(" ").slice(0, 3).join(" "));
  assert.deepEqual(order.slice(0, 4), [
    "scripts/check-config.sh production",
    "wrangler deployments status",
    "wrangler versions upload",
    "bin/make --no-print-directory migrate",
  ]);
  assert.deepEqual([...pins], [`witness-production="${NEW}"`]);
  assert.match(output, new RegExp(`make withdraw TARGET=production VERSION=${OLD}`));
});

test("after each step the new version is warmed up before it is watched", async () => {
  const { code, output } = await run("rollout.sh", "production");
  assert.equal(code, 0, output);
  for (const step of [1, 2, 3]) {
    const seen = asked.filter((request) => request.step === step);
    for (const path of WARM.filter((path) => path !== "/health")) {
      const times = seen.filter(({ url }) => url === path);
      assert.equal(times.length, 8, `${path} at step ${step}`);
      assert.ok(times.every(({ pin }) => pin === `witness-production="${NEW}"`));
    }
    const [lastWarm, watched] = [seen.findLastIndex(({ url }) => url === WARM.at(-1)), seen.findLastIndex(({ url }) => url === "/ready")];
    assert.ok(lastWarm < watched, `step ${step} was watched before it was warm`);
  }
});

test("a warm-up that fails is told, and the watch decides", async () => {
  answer = (url) => (url === "/api/v1/workflows" ? 500 : 200);
  const { code, output } = await run("rollout.sh", "production");
  assert.equal(code, 0, output);
  assert.match(output, /warmed up by 32 of 40 requests/);
});

for (const [share, kept] of [["10", 1], ["50", 2]]) {
  test(`a version that is not ready at ${share} per cent gets nothing any more`, async () => {
    // The smoke test at the first step is answered still.
    let asked = 0;
    answer = (url) => {
      if (url !== "/ready") return 200;
      asked += 1;
      return asked > 1 && deploys(readFileSync(join(place, "calls"), "utf8").split("\n")).length >= kept ? 503 : 200;
    };
    const { code, output, calls } = await run("rollout.sh", "production");
    assert.equal(code, 1, output);
    assert.deepEqual(deploys(calls), [...STEPS.slice(0, kept), `${OLD}@100%`]);
    assert.match(output, /ready failed twice running/);
    assert.match(output, /is served by 1{8}-/);
  });
}

test("requests of others that fail end a rollout as well", async () => {
  const event = (status) => JSON.stringify({ outcome: "ok", event: { request: { url: "https://x.test" }, response: { status } } }, null, 2);
  keep("tail", [200, 500, 503, 500, 200].map(event).join("\n"));
  const { code, output, calls } = await run("rollout.sh", "production");
  assert.equal(code, 1, output);
  assert.deepEqual(deploys(calls), [STEPS[0], `${OLD}@100%`]);
  assert.match(output, /3 of 5 requests of others failed/);
});

test("a step that the platform refuses is taken back, and a way back that fails is told with the command", async () => {
  keep("refused", `${NEW}@50%`);
  const { code, calls } = await run("rollout.sh", "production");
  assert.equal(code, 1);
  assert.deepEqual(deploys(calls), [STEPS[0], STEPS[1], `${OLD}@100%`]);
  keep("refused", "versions deploy");
  const { output } = await run("rollout.sh", "production");
  assert.match(output, new RegExp(`THE ROLLBACK FAILED. By hand: npx wrangler versions deploy ${OLD}@100% --env production --yes`));
});

test("a rollout that somebody interrupts is taken back", async () => {
  let asked = 0;
  answer = () => {
    // The smoke test is two requests: this one is of the first watch.
    if ((asked += 1) === 3) process.kill(-group, "SIGINT");
    return 200;
  };
  const { code, output, calls } = await run("rollout.sh", "production");
  assert.equal(code, 1, output);
  assert.deepEqual(deploys(calls), [STEPS[0], `${OLD}@100%`]);
});

test("nothing is deployed where the configuration, the upload or the migrations fail, or no single version serves", async () => {
  const cases = [["scripts/check-config.sh.code", "1"], ["refused", "versions upload"], ["bin/make.code", "1"], ["share", "90"]];
  for (const [name, text] of cases) {
    keep(name, text);
    const { code, calls } = await run("rollout.sh", "production");
    assert.equal(code, 1, name);
    assert.deepEqual(deploys(calls), [], name);
    for (const file of [name, "calls"]) rmSync(join(place, file), { force: true });
  }
  assert.equal((await run("rollout.sh", "moon")).code, 1);
});

test("a release is withdrawn at once, to a named version too, and asked whether it works", async () => {
  const first = await run("withdraw.sh", "production");
  assert.equal(first.code, 0, first.output);
  assert.match(first.calls[0], /^wrangler rollback --env production --yes --message/);
  const second = await run("withdraw.sh", "production", OLD);
  assert.match(second.calls.at(-1), new RegExp(`^wrangler rollback ${OLD} --env production --yes`));
  answer = () => 503;
  assert.equal((await run("withdraw.sh", "production")).code, 1);
});

test("what wrangler tells of requests is counted, also when it is cut off", () => {
  const event = (outcome, status) => JSON.stringify({ outcome, event: { request: {}, response: { status } } }, null, 2);
  const text = [event("ok", 200), event("ok", 404), event("ok", 500), event("exception"), event("canceled"), JSON.stringify({ outcome: "ok", event: { cron: "*" } }, null, 2)].join("\n");
  assert.deepEqual(traffic(`${text}\n{\n  "outcome": "ex`), { requests: 5, failures: 2 });
  assert.deepEqual(traffic(""), { requests: 0, failures: 0 });
});

test("one failure in a hundred is borne, and few of others prove nothing", () => {
  const seen = (own, others, unready = 0) => verdict({ own: { requests: own[1], failures: own[0] }, others: { requests: others[1], failures: others[0] }, unready });
  assert.equal(seen([1, 100], [10, 1000]), undefined);
  assert.equal(seen([0, 10], [2, 2]), undefined);
  assert.match(seen([2, 100], [0, 0]), /2 of 100 requests of our own/);
  assert.match(seen([0, 10], [11, 1000]), /11 of 1000 requests of others/);
  assert.match(seen([1, 1000], [0, 0], 2), /ready failed twice/);
});
