// /console in Chromium against the built Worker: what administrators look at, and what they change.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startEngine } from "../engine/engine.mjs";
import { Client, PASSWORD, account, reading } from "../workerd/client.mjs";
import { GENEROUS, secret, start } from "../workerd/worker.mjs";
import { clean, entered, fills, keeper, loaded, press, row, says, shown, text, until, visits } from "./console.mjs";
import { launch } from "./browser.mjs";

const ENGINE_SECRET = secret();

let worker;
let browser;
let admin;
let engine;

before(async () => {
  engine = await startEngine({ secret: ENGINE_SECRET });
  engine.does(["status", 500]);
  worker = await start({ vars: { ...GENEROUS, ENGINE_URL: engine.url }, secrets: { ENGINE_SECRET } });
  admin = await keeper(worker);
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await worker?.close();
  await engine?.close();
});

test("the overview draws what the Worker counted, as charts and as tables", async () => {
  const ada = await account(worker.url);
  const visit = await entered(browser, worker, admin);
  const { page } = visit;
  await until(page, () => document.querySelectorAll(".chart").length === 5);
  await shown(page, ".facts");
  for (let call = 0; call < 25; call += 1) await ada.get("/api/v1/readings");
  // The charts have a point as soon as there is a second reading.
  await until(page, () => [...document.querySelectorAll(".legend strong")].some((one) => Number(one.textContent) > 0));
  await until(page, () => Number(document.querySelector(".plot").dataset.points) >= 2);
  assert.equal((await row(page, "list_readings")).Requests, "25");

  /** How many pixels of a chart have the colour of a line, which is none of its axes. */
  const coloured = (number) =>
    page.evaluate((index) => {
      const canvas = document.querySelectorAll(".plot canvas")[index];
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      let found = 0;
      for (let at = 0; at < data.length; at += 4) if (data[at] === 0x1d && data[at + 1] === 0x5f && data[at + 2] === 0xa8) found += 1;
      return found;
    }, number);
  for (const number of [0, 1, 2, 3, 4]) assert.ok((await coloured(number)) > 30, `chart ${number} is empty`);

  await press(page, "Requests a second as a table");
  const told = await page.$$eval(".chart details[open] tbody tr", (all) => all.map((one) => one.innerText));
  assert.ok(told.length >= 2);
  assert.ok(told.some((words) => /(?!0\b)\d/.test(words.split("\t")[1] ?? words)), told.join("|"));

  // Nothing is asked while it is paused, or somewhere else.
  const asked = [];
  page.on("request", (request) => asked.push(new URL(request.url()).pathname));
  await press(page, "Pause");
  await says(page, "Paused.");
  await visits(page, "Health");
  await says(page, "answers");
  assert.deepEqual(asked.filter((path) => path === "/metrics"), []);
  // Nor while nobody looks: the browser's word is put in its mouth here.
  const looks = (hidden) => page.evaluate((value) => {
    Object.defineProperty(document, "hidden", { value, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
  }, hidden);
  await looks(true);
  await visits(page, "Overview");
  await says(page, "Waiting until the page is looked at.");
  assert.deepEqual(asked.filter((path) => path === "/metrics"), []);
  await looks(false);
  await says(page, "Live: asked every 5 seconds.");
  for (const end = Date.now() + 20_000; !asked.includes("/metrics"); ) {
    assert.ok(Date.now() < end, "it asks no more");
    await new Promise((done) => setTimeout(done, 50));
  }
  await visits(page, "Health");
  // The charts are as they were when they are looked at again.
  await visits(page, "Overview");
  assert.ok((await page.$eval(".plot", (one) => Number(one.dataset.points))) >= 2);
  clean(visit);
});

test("an account is found, suspended with a reason, and reinstated", async () => {
  const ada = await account(worker.url);
  const visit = await entered(browser, worker, admin);
  const { page } = visit;
  await visits(page, "Users");
  await fills(page, "E-mail address", ada.email);
  await press(page, "Search");
  await until(page, (email) => {
    const links = [...document.querySelectorAll("td a")];
    return links.length === 1 && links[0].textContent === email;
  }, ada.email);
  await press(page, ada.email);
  await says(page, "Address confirmed");
  await loaded(page);
  assert.match(await text(page, "main"), /Signed in by/);

  // A dialog that is left changes nothing.
  await press(page, "Suspend");
  await shown(page, "dialog[open]");
  await page.keyboard.press("Escape");
  await until(page, () => !document.querySelector("dialog"));
  await ada.get("/api/v1/auth/me");

  await press(page, "Suspend");
  await fills(page, "Why", "Too many strange requests.");
  await press(page, "Suspend");
  await says(page, `${ada.email} is suspended.`, "[role=status]");
  await says(page, "suspended", ".facts");
  const login = { email: ada.email, password: PASSWORD };
  assert.equal((await new Client(worker.url).post("/api/v1/auth/login", login, 403)).body.code, "account-suspended");
  assert.equal((await admin.get(`/api/v1/admin/users/${ada.user_id}`)).body.status, "suspended");

  await press(page, "Reinstate");
  await press(page, "Reinstate");
  await says(page, "active", ".facts");
  await new Client(worker.url).post("/api/v1/auth/login", login, 200);

  await press(page, "Change tier or role");
  await fills(page, "Tier", "pro");
  await press(page, "Change");
  await says(page, "is now pro, user.", "[role=status]");
  assert.equal((await admin.get(`/api/v1/admin/users/${ada.user_id}`)).body.tier, "pro");

  await press(page, "End all sessions");
  await press(page, "End them");
  await says(page, "All sessions are ended.", "[role=status]");
  clean(visit);
  await page.close();
});

test("an open breaker is seen, reset, forced and let go", async () => {
  const ada = await account(worker.url);
  const at = "/api/v1/admin/engines/biorhythm/breaker";
  for (let day = 1; (await admin.get(at)).body.state === "closed"; day += 1) {
    assert.ok(day < 20, "the breaker does not open");
    const target_date = `2026-03-${String(day).padStart(2, "0")}`;
    await ada.post("/api/v1/engines/biorhythm/calculate", { birth_date: "1990-04-12", target_date }, 200);
  }
  const visit = await entered(browser, worker, admin);
  const { page } = visit;
  await visits(page, "Engines");
  const seen = await row(page, "biorhythm");
  assert.ok(["open", "half open"].includes(seen.State), seen.State);
  await press(page, "Reset biorhythm");
  await press(page, "Reset");
  await says(page, "The breaker of biorhythm has forgotten what it counted.", "[role=status]");
  await loaded(page);
  assert.equal((await row(page, "biorhythm")).State, "closed");
  assert.equal((await admin.get(at)).body.why, "ordered");

  await press(page, "Open biorhythm");
  await fills(page, "Why", "The engine moves.");
  await press(page, "Open");
  await until(page, () => document.body.innerText.includes("forced open: The engine moves."));
  assert.equal((await admin.get(at)).body.mode, "forced_open");
  await press(page, "Automatic biorhythm");
  await fills(page, "Why", "It has moved.");
  await press(page, "Automatic");
  await says(page, "The breaker of biorhythm is now: automatic.", "[role=status]");
  assert.equal((await admin.get(at)).body.mode, "automatic");
  clean(visit);
  await page.close();
});

test("an exception from a limit is set and removed, and a mistake in it is told", async () => {
  const ada = await account(worker.url);
  const subject = `user:${ada.user_id}`;
  const visit = await entered(browser, worker, admin);
  const { page } = visit;
  await visits(page, "Limits");
  await fills(page, "Somebody’s limits", subject);
  await press(page, "Look up");
  await says(page, "None: the usual limits hold.");
  await press(page, "Set an exception …");
  for (const [label, value] of [["A minute", "7"], ["An hour", "70"], ["A day", "100000000"], ["Why", "A tour."]]) await fills(page, label, value);
  await press(page, "Set");
  await says(page, "/day", "dialog .trouble");
  assert.match(await text(page, "dialog .trouble"), /breaks a rule of the contract[^]*Request/);
  await fills(page, "A day", "700");
  await press(page, "Set");
  await says(page, "holds.", "[role=status]");
  const { body } = await admin.get(`/api/v1/admin/limits/${subject}`);
  assert.deepEqual(body.overrides.map(({ minute, hour, day, reason }) => [minute, hour, day, reason]), [[7, 70, 700, "A tour."]]);
  const ahead = new Date(body.overrides[0].expires_at) - Date.now();
  assert.ok(ahead > 86_000_000 && ahead <= 86_400_000, "a day from now, wherever the reader is");

  await visits(page, "Limits");
  await says(page, "A tour.");
  await press(page, `Remove the exception general of ${subject}`);
  await press(page, "Remove");
  await says(page, "is taken back.", "[role=status]");
  await says(page, "None: the usual limits hold for everybody.");
  assert.deepEqual((await admin.get(`/api/v1/admin/limits/${subject}`)).body.overrides, []);
  clean(visit);
  await page.close();
});

test("caches are emptied in part and filled ahead, and a key is made and revoked", async () => {
  const ada = await account(worker.url);
  await ada.post("/api/v1/readings", reading("numerology"), 201);
  const visit = await entered(browser, worker, admin);
  const { page } = visit;
  await visits(page, "Caches");
  assert.equal((await row(page, "numerology"))["Calculated here"], "1");
  await press(page, "Invalidate …");
  await fills(page, "Tags", "engine:numerology");
  await press(page, "Invalidate");
  await says(page, "1 marked, 0 removed.", "[role=status]");
  await press(page, "Warm …");
  await fills(page, "Ids of accounts", ada.user_id);
  await press(page, "Warm");
  await says(page, "accounts without.", "[role=status]");

  await visits(page, "Keys");
  await press(page, "Make a key …");
  await fills(page, "Name", "Night watch");
  await press(page, "Make it");
  await shown(page, ".shown-once");
  const key = await text(page, ".shown-once code");
  await new Client(worker.url, key).get("/api/v1/admin/system/health");
  await press(page, "I have it");
  await until(page, (words) => !document.body.innerText.includes(words), key);
  await press(page, "Revoke Night watch");
  await press(page, "Revoke");
  await says(page, "is revoked.", "[role=status]");
  await new Client(worker.url, key).get("/api/v1/admin/system/health", 401);
  clean(visit);
  await page.close();
});

test("statements, mails, secrets and dependencies are shown", async () => {
  await worker.worker.scheduled({ cron: "*/5 * * * *", scheduledTime: new Date() });
  const visit = await entered(browser, worker, admin);
  const { page } = visit;
  await visits(page, "Database");
  assert.ok(Number((await row(page, "identity/user_insert")).Calls) >= 1);
  assert.ok(Number((await row(page, "register_user"))["Rows written"]) > 0);
  await fills(page, "Order", "calls");
  await loaded(page);
  const calls = await page.$$eval("table:first-of-type [data-label=Calls]", (all) => all.slice(0, 20).map((one) => Number(one.innerText)));
  assert.deepEqual(calls, calls.toSorted((a, b) => b - a));
  await visits(page, "Mailbox");
  await press(page, "welcome");
  await says(page, "for programs:", ".letter");
  await visits(page, "Secrets");
  assert.equal((await row(page, "VAULT_KEY")).State, "current");
  await visits(page, "Health");
  assert.equal((await row(page, "database")).State, "answers");
  clean(visit);
  await page.close();
});

test("a name that would be a script is text, wherever it stands", async () => {
  const poison = `<img src=x onerror="window.poisoned=1"><script>window.poisoned=2</script>`;
  const ada = await account(worker.url);
  await new Client(worker.url).post("/api/v1/auth/login", { email: ada.email, password: PASSWORD, device_name: poison }, 200);
  await admin.post("/api/v1/admin/keys", { name: poison, scopes: ["admin:health:read"] }, 201);
  const expires_at = new Date(Date.now() + 3_600_000).toISOString();
  const subject = `user:${ada.user_id}`;
  await admin.put(`/api/v1/admin/limits/${subject}/general`, { minute: 1000, hour: 1000, day: 1000, expires_at, reason: poison }, 200);
  const visit = await entered(browser, worker, admin);
  const { page } = visit;
  for (const view of ["Limits", "Keys"]) {
    await visits(page, view);
    await says(page, poison, "table");
  }
  await press(page, `Revoke ${poison}`);
  await says(page, `Revoke the key “${poison}”?`, "dialog");
  await page.keyboard.press("Escape");
  await page.goto(`${worker.url}/console#/users/${ada.user_id}`);
  await says(page, poison);
  // As a place in the house too.
  await page.evaluate((words) => (location.hash = `#/limits/${encodeURIComponent(words)}`), poison);
  await says(page, poison, "h2");
  assert.deepEqual(await page.evaluate(() => ["poisoned" in window, document.images.length]), [false, 0]);
  await page.close();
});

test("the audit log is searched, and a chain that was tampered with is called broken", async () => {
  await worker.worker.scheduled({ cron: "*/5 * * * *", scheduledTime: new Date() });
  const { DB } = await worker.worker.getEnv();
  for (let sealed = 0; sealed === 0; ) sealed = (await DB.prepare("SELECT count(*) AS n FROM audit_records WHERE seq IS NOT NULL").first()).n;
  const visit = await entered(browser, worker, admin);
  const { page } = visit;
  await visits(page, "Audit");
  await says(page, "intact", ".facts");
  await fills(page, "Kind", "admin_key.created");
  await press(page, "Search");
  await loaded(page);
  await until(page, () => {
    const kinds = [...document.querySelectorAll("[data-label=Kind]")].map((one) => one.innerText.trim());
    return kinds.length > 0 && kinds.every((kind) => kind === "admin_key.created");
  });
  await press(page, "Request and origin");
  assert.match(await text(page, "td details[open] pre"), /"request_id": "[0-9a-f-]{36}"/);

  // Somebody with the database in hand: the guard is removed, a sealed record is changed.
  const { results } = await DB.prepare("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit_records'").all();
  for (const { name } of results) await DB.prepare(`DROP TRIGGER ${name}`).run();
  await DB.prepare("UPDATE audit_records SET actor = 'nobody' WHERE seq = (SELECT max(seq) FROM audit_records)").run();
  await press(page, "Verify again");
  await says(page, "broken", ".facts");
  await shown(page, "[role=alert]");
  clean(visit);
  await page.close();
});
