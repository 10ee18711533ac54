// Who gets into /console, what it forgets and when, and what it says when the server refuses, is busy or is gone.
import assert from "node:assert/strict";
import { after, before, beforeEach, afterEach, test } from "node:test";
import { Client, PASSWORD, account } from "../workerd/client.mjs";
import { start } from "../workerd/worker.mjs";
import {
  EVERYTHING, LATER, clean, entered, field, fills, heading, instead, issued, keeper, loaded, opened, press, says, shown, text, until, visits, withKey,
  withPassword,
} from "./console.mjs";
import { launch } from "./browser.mjs";

let worker;
let browser;
let admin;
let context;

before(async () => {
  worker = await start();
  admin = await keeper(worker);
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await worker?.close();
});

beforeEach(async () => (context = await browser.newContext()));
afterEach(() => context.close());

const problem = (status, code, more = {}, headers = {}) => ({
  status,
  headers,
  contentType: "application/problem+json",
  body: JSON.stringify({ type: `urn:witness:problem:${code}`, title: "As scripted", status, code, request_id: "0197f7a0-0000-7000-8000-0000000000aa", ...more }),
});

/** What a browser could keep for a page. */
const kept = (page) =>
  page.evaluate(async () => [localStorage.length, sessionStorage.length, document.cookie, (await indexedDB.databases()).length, (await caches.keys()).length]);
const NOTHING = [0, 0, "", 0, 0];

const sessions = async () => (await admin.get("/api/v1/auth/sessions")).body.items.filter(({ device }) => device === "Console");

test("a session comes in with a password and the authenticator, and is over when the page is loaded again", async () => {
  const visit = await opened(context, worker);
  const { page } = visit;
  await withPassword(visit, { email: admin.email, password: PASSWORD.toUpperCase() });
  await says(page, "Request", ".trouble");
  await withPassword(visit, { email: admin.email });
  await until(page, (label) => document.activeElement.labels?.[0]?.textContent === label, "Code of your second factor");
  assert.equal(await page.$(".trouble"), null, "a code is a question, not a mistake");
  await field(page, "Code of your second factor").pressSequentially(admin.code());
  await page.keyboard.press("Enter");
  await heading(page, "Overview");
  assert.equal(await text(page, ".who"), admin.email);
  await until(page, () => document.querySelectorAll(".chart").length === 5);
  assert.equal((await sessions()).length, 1);
  assert.deepEqual(await kept(page), NOTHING);
  assert.deepEqual(await context.cookies(), []);

  await page.reload();
  await shown(page, "form");
  assert.equal(await page.$("nav"), null);
  assert.deepEqual(await kept(page), NOTHING);
  for (let left = 1; left > 0; ) left = (await sessions()).length; // ended behind the page's back
  clean(visit);
});

test("a backup code opens the door as well, and signing out ends the session", async () => {
  const visit = await opened(context, worker);
  const { page } = visit;
  await withPassword(visit, { email: admin.email, code: admin.codes.pop() });
  await heading(page, "Overview");
  await press(page, "Sign out");
  await says(page, "You have signed out.");
  for (let left = 1; left > 0; ) left = (await sessions()).length;
  clean(visit);
});

test("an account that is no administrator is refused, and its session ended", async () => {
  const ada = await account(worker.url);
  const visit = await opened(context, worker);
  await withPassword(visit, { email: ada.email });
  await says(visit.page, "This account cannot be used here");
  await says(visit.page, "Administration asks for the role");
  for (let left = 2; left > 1; ) left = (await ada.get("/api/v1/auth/sessions")).body.items.length;
  clean(visit);
});

test("a key is in memory alone, and gone with the page", async () => {
  const key = await issued(admin);
  const visit = await opened(context, worker);
  const { page } = visit;
  const sent = [];
  page.on("request", (request) => sent.push([request.url(), request.headers(), request.postData() ?? ""]));
  await withKey(visit, `  ${key}\n`);
  await heading(page, "Overview");
  await visits(page, "Users");
  assert.ok((await text(page, ".who")).endsWith(key.slice(-4)));
  assert.deepEqual(await kept(page), NOTHING);
  for (const [url, headers, body] of sent) {
    assert.ok(!url.includes(key) && !body.includes(key), "the key is in no address and no body");
    assert.ok(headers.authorization === undefined || headers.authorization === `Bearer ${key}`);
  }
  assert.ok(!(await page.content()).includes(key), "nor in the page");
  assert.ok(!page.url().includes(key));
  await page.reload();
  await shown(page, "form");
  await page.goBack().catch(() => undefined);
  await page.goto(`${worker.url}/console#/users`);
  await shown(page, "form");
  assert.equal(await field(page, "Key").inputValue(), "");
  clean(visit);
});

test("a wrong key is refused, and one that was revoked leads back to the door", async () => {
  const visit = await opened(context, worker);
  const { page } = visit;
  await withKey(visit, "not a key");
  await says(page, "This is no key.");
  await withKey(visit, `wos_admin_test_${"A".repeat(43)}`);
  await says(page, "Request", ".trouble");
  assert.equal(await page.$("nav"), null);

  await withKey(visit, await issued(admin, EVERYTHING, "Short of breath"));
  await heading(page, "Overview");
  const { body } = await admin.get("/api/v1/admin/keys?limit=100");
  await admin.delete(`/api/v1/admin/keys/${body.items.find(({ name }) => name === "Short of breath").id}`);
  await press(page, "Health");
  await says(page, "The server no longer takes these credentials. Sign in again.");
  assert.equal(await page.$("nav"), null);
  clean(visit);
});

test("a key without a scope sees which one is missing, in every view and in what it does", async () => {
  const visit = await opened(context, worker);
  const { page } = visit;
  await withKey(visit, await issued(admin, ["admin:users:read"]));
  await heading(page, "Overview");
  const health = ["Overview", "Health", "Database", "Caches"].map((view) => [view, "admin:health:read"]);
  const expected = [
    ...health, ["Engines", "admin:engines:read"], ["Limits", "admin:limits:read"], ["Keys", "admin:keys:read"], ["Audit", "admin:audit:read"],
    ["Mailbox", "admin:mail:read"], ["Secrets", "admin:secrets:read"],
  ];
  for (const [view, scope] of [["Alerts", "admin:health:read"], ["Logs", "admin:audit:read"], ["Usage", "admin:health:read"]]) {
    if ((await admin.send("GET", LATER[view])).status === 200) expected.push([view, scope]);
  }
  for (const [view, scope] of expected) {
    await visits(page, view);
    await says(page, `The scope ${scope} is missing.`);
  }
  await visits(page, "Users");
  await press(page, admin.email);
  await says(page, "The scope admin:keys:read is missing.");
  await press(page, "End all sessions");
  await press(page, "End them");
  await says(page, "The scope admin:sessions:write is missing.", "dialog");
  clean(visit);
});

test("a quarter of an hour without anybody there, and the page has forgotten", async () => {
  const visit = await opened(context, worker);
  const { page } = visit;
  await page.evaluate(() => {
    const now = Date.now.bind(Date);
    window.ahead = 0;
    Date.now = () => now() + window.ahead;
  });
  await withKey(visit, await issued(admin));
  await heading(page, "Overview");
  await visits(page, "Health");
  await page.evaluate("window.ahead = 14.5 * 60_000");
  await says(page, "in a minute this page forgets");
  await page.keyboard.press("Shift");
  await until(page, () => !document.body.innerText.includes("in a minute"));
  await page.evaluate("window.ahead += 14 * 60_000");
  await visits(page, "Secrets"); // a click is somebody
  await page.evaluate("window.ahead += 15 * 60_000");
  await says(page, "Nobody was here for 15 minutes");
  assert.equal(await page.$("nav"), null);
  clean(visit);
});

test("a token that has run out is exchanged once, and a session that has ended leads to the door", async () => {
  const visit = await opened(context, worker);
  const { page } = visit;
  await withPassword(visit, { email: admin.email, code: admin.codes.pop() });
  await heading(page, "Overview");
  await visits(page, "Health");
  let stale;
  const exchanged = [];
  await instead(page, (request, path) => {
    if (path === "/api/v1/auth/refresh") exchanged.push(request.postData());
    if (!path.startsWith("/api/v1/admin/")) return undefined;
    stale ??= request.headers().authorization;
    return request.headers().authorization === stale ? problem(401, "unauthenticated") : undefined;
  });
  // Three calls at once find their token old.
  await press(page, "Users");
  await press(page, admin.email);
  await says(page, "Signed in by");
  await loaded(page);
  assert.equal(exchanged.length, 1);
  await admin.delete("/api/v1/auth/sessions");
  await press(page, "Secrets");
  await says(page, "Sign in again.");
  assert.equal(await page.$("nav"), null);
  clean(visit);
});

test("what asks for a recent proof gets a code, and is done then", async () => {
  // Her own sessions ended above.
  const keeperToo = await keeper(worker, "second@example.com");
  const visit = await opened(context, worker);
  const { page } = visit;
  await withPassword(visit, { email: keeperToo.email, code: keeperToo.codes.pop() });
  await heading(page, "Overview");
  await visits(page, "Keys");
  let refused = 0;
  await instead(page, (request, path) => {
    if (path !== "/api/v1/admin/keys" || request.method() !== "POST" || refused > 0) return undefined;
    refused += 1;
    return problem(403, "step-up-required");
  });
  await press(page, "Make a key …");
  await fills(page, "Name", "With a proof");
  await press(page, "Make it");
  await says(page, "a proof of the last ten minutes", "dialog");
  await fills(page, "Code of your second factor", "no code");
  await press(page, "Make it");
  await says(page, "The code", "dialog .trouble");
  await fills(page, "Code of your second factor", keeperToo.codes.pop());
  await press(page, "Make it");
  await shown(page, ".shown-once");
  await new Client(worker.url, await text(page, ".shown-once code")).get("/api/v1/admin/system/health");
  admin = keeperToo;
  clean(visit);
});

test("a server that is gone is told, and the figures go on by themselves when it is back", async () => {
  const visit = await entered(context, worker, admin);
  const { page } = visit;
  await shown(page, ".facts");
  await context.setOffline(true);
  await says(page, "The server does not answer.");
  await says(page, "asked again by itself", "[role=status]");
  await press(page, "Users");
  await heading(page, "Users"); // the overview says the same
  await says(page, "The server does not answer.");
  await context.setOffline(false);
  await press(page, "Try again");
  await says(page, admin.email);
  await visits(page, "Overview");
  await says(page, "Live: asked every 5 seconds.");
  assert.ok(visit.complaints.every((one) => one.includes("ERR_INTERNET_DISCONNECTED") || one.includes("404")), visit.complaints.join());
  assert.deepEqual(visit.outside, []);
});

test("a busy server's pause, a broken rule and a nonsense answer are shown as what they are", async () => {
  const visit = await entered(context, worker, admin);
  const { page } = visit;
  await visits(page, "Health");
  let answer;
  await instead(page, (_, path) => (path.startsWith("/api/v1/admin/") ? answer : undefined));
  answer = problem(429, "quota-exceeded", { detail: "The window \"minute\" is full." }, { "retry-after": "90" });
  await press(page, "Look again");
  await says(page, "As scripted.");
  assert.match(await text(page, ".trouble"), /"minute" is full[^]*Try again in 1 min[^]*0197f7a0-0000-7000-8000-0000000000aa/);
  answer = { status: 502, contentType: "text/html", body: "<h1>Bad gateway of somebody</h1>" };
  await press(page, "Look again");
  await says(page, "The server answered 502.");
  answer = { status: 200, contentType: "application/json", body: "{\"status\":" };
  await press(page, "Look again");
  await says(page, "The answer cannot be read.");
  answer = undefined;
  await press(page, "Look again");
  await says(page, "answers");
});
