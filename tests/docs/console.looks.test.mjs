// What /console is for whoever looks at it: by keyboard, in light and dark, on a narrow screen; and what it loads.
import assert from "node:assert/strict";
import { after, before, beforeEach, afterEach, test } from "node:test";
import { Client, PASSWORD, account } from "../workerd/client.mjs";
import { start } from "../workerd/worker.mjs";
import { VIEWS, clean, entered, fits, heading, issued, keeper, loaded, opened, press, says, shown, text, until, visits, withKey } from "./console.mjs";
import { launch, seriousViolations } from "./browser.mjs";

/** Bytes of the first view, as they come over the wire: 150 KB. */
const FIRST_VIEW = 150_000;
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'none'; " +
  "frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

let worker;
let browser;
let admin;
let ada;
let context;

before(async () => {
  worker = await start();
  admin = await keeper(worker);
  ada = await account(worker.url);
  const expires_at = new Date(Date.now() + 3_600_000).toISOString();
  const body = { minute: 1000, hour: 1000, day: 1000, expires_at, reason: "A tour." };
  await admin.put(`/api/v1/admin/limits/user:${ada.user_id}/general`, body, 200);
  await worker.worker.scheduled({ cron: "*/5 * * * *", scheduledTime: new Date() });
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await worker?.close();
});

beforeEach(async () => (context = await browser.newContext()));
afterEach(() => context.close());

const LOOKS = [
  ["in light", {}],
  ["in dark", { colorScheme: "dark" }],
  ["at 360 px", { width: 360, height: 740 }],
  ["at 360 px in dark", { colorScheme: "dark", width: 360, height: 740 }],
];
for (const [where, options] of LOOKS) {
  test(`no view ${where} has a serious violation or scrolls sideways`, async () => {
    const visit = await opened(context, worker, options);
    const { page } = visit;
    const looked = async (what) => {
      assert.deepEqual(await seriousViolations(page), [], what);
      assert.ok(await fits(page), `${what} is too wide`);
    };
    await looked("the door");
    await withKey(visit, "no key");
    await shown(page, ".trouble");
    await looked("the door, refused");
    await withKey(visit, await issued(admin));
    await heading(page, "Overview");
    await until(page, () => Number(document.querySelector(".plot")?.dataset.points) >= 1);
    await press(page, "What waits to be done as a table");
    for (const view of VIEWS) {
      if (view !== "Overview") await visits(page, view);
      await looked(view);
    }
    await visits(page, "Users");
    await press(page, ada.email);
    await says(page, "Signed in by");
    await looked("a user");
    await press(page, "Suspend");
    await looked("a dialog");
    await page.keyboard.press("Escape");
    await page.goto(`${worker.url}/console#/limits/user:${ada.user_id}`);
    await says(page, "A tour.");
    await looked("somebody's limits");
    await page.goto(`${worker.url}/console#/nowhere`);
    await heading(page, "There is no such view");
    await looked("no view");
    clean(visit);
  });
}

test("it follows the system between light and dark while it is open, its charts too", async () => {
  const visit = await entered(context, worker, admin);
  const { page } = visit;
  await until(page, () => Number(document.querySelector(".plot")?.dataset.points) >= 1);
  const has = (...colour) =>
    until(page, (wanted) => {
      const canvas = document.querySelectorAll(".plot canvas")[3];
      // Of a copy that is made for it: the browser complains of a chart that is read again and again.
      const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d", { willReadFrequently: true });
      copy.drawImage(canvas, 0, 0);
      const { data } = copy.getImageData(0, 0, canvas.width, canvas.height);
      for (let at = 0; at < data.length; at += 4) if (wanted.every((one, index) => data[at + index] === one)) return true;
      return false;
    }, colour);
  await has(0x1d, 0x5f, 0xa8);
  await page.emulateMedia({ colorScheme: "dark" });
  await has(0x8c, 0xc2, 0xff);
  assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), "rgb(18, 23, 30)");
  clean(visit);
});

test("who has only a keyboard signs in, finds an account and suspends it", async () => {
  const key = await issued(admin);
  const visit = await opened(context, worker);
  const { page } = visit;
  const focused = () => page.evaluate(() => {
    const one = document.activeElement;
    return one.labels?.[0]?.textContent ?? one.getAttribute("aria-label") ?? one.textContent;
  });
  /** Tabs until that has the focus, and it can be seen that it has. */
  const tabTo = async (name, keys = "Tab") => {
    for (let steps = 0; (await focused()) !== name; steps += 1) {
      assert.ok(steps < 60, `${name} is not reached`);
      await page.keyboard.press(keys);
    }
    assert.notEqual(await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle), "none", name);
  };
  const gone = (name) =>
    until(page, (words) => ![...document.querySelectorAll("button")].some((one) => one.textContent === words), name);
  await tabTo("Key");
  await page.keyboard.type(key);
  await page.keyboard.press("Enter");
  await heading(page, "Overview");
  assert.equal(await focused(), "Overview", "the focus is where the view begins");
  await tabTo("Users", "Shift+Tab");
  await page.keyboard.press("Enter");
  await heading(page, "Users");
  assert.equal(await focused(), "Users");
  assert.equal(await page.$eval("[aria-current=page]", (one) => one.textContent), "Users");
  await tabTo("E-mail address");
  await page.keyboard.type(ada.email);
  await page.keyboard.press("Enter");
  await until(page, () => document.querySelectorAll("td a").length === 1);
  await loaded(page);
  await tabTo(ada.email);
  await page.keyboard.press("Enter");
  await says(page, "Signed in by");
  await loaded(page); // the account and its sessions come on their own
  await tabTo("Suspend");
  await page.keyboard.press("Enter");
  await shown(page, "dialog[open]");
  assert.equal(await focused(), "Why");
  await page.keyboard.press("Escape");
  await until(page, () => !document.querySelector("dialog"));
  assert.equal(await focused(), "Suspend", "the focus is back where it was");
  await page.keyboard.press("Enter");
  await shown(page, "dialog[open]");
  await page.keyboard.type("By hand.");
  await page.keyboard.press("Enter");
  await says(page, "is suspended.", "[role=status]");
  await new Client(worker.url).post("/api/v1/auth/login", { email: ada.email, password: PASSWORD }, 403);
  // What has the focus is never nothing: the button is gone with what it did, once the account is read again.
  await gone("Suspend");
  assert.ok(["Users", "Reinstate"].includes(await focused()), await focused());
  await tabTo("Reinstate");
  await page.keyboard.press("Enter");
  await shown(page, "dialog[open]");
  await tabTo("Reinstate");
  await page.keyboard.press("Enter");
  await says(page, "is reinstated.", "[role=status]");
  await gone("Reinstate");
  // Over the views in one step.
  await page.evaluate(() => document.activeElement.blur());
  await tabTo("Skip to the content");
  await page.keyboard.press("Enter");
  assert.equal(await focused(), "Users");
  assert.match(page.url(), /#\/users\//);
  clean(visit);
});

test("the page has a policy of its own, is not kept, and nothing in it is inline", async () => {
  const answer = await fetch(`${worker.url}/console`);
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get("content-security-policy"), POLICY);
  assert.equal(answer.headers.get("cache-control"), "no-store");
  assert.equal(answer.headers.get("x-frame-options"), "DENY");
  const page = await answer.text();
  assert.doesNotMatch(page, /<script(?![^>]* src=)|<style|\son\w+=|\sstyle=/i);
  const visit = await entered(context, worker, admin);
  const blocked = await visit.page.evaluate(async () => {
    const seen = [];
    addEventListener("securitypolicyviolation", ({ effectiveDirective }) => seen.push(effectiveDirective));
    const refused = (deed) => {
      try {
        deed();
        return false;
      } catch {
        return true;
      }
    };
    const typed = refused(() => (document.createElement("p").innerHTML = "<b>x</b>"));
    const policy = refused(() => trustedTypes.createPolicy("mine", { createHTML: (text) => text }));
    await fetch("https://example.com/").catch(() => undefined);
    for (const left = { rounds: 100 }; seen.length < 3 && left.rounds > 0; left.rounds -= 1) await new Promise(requestAnimationFrame);
    return { typed, policy, seen: seen.sort() };
  });
  assert.deepEqual(blocked, { typed: true, policy: true, seen: ["connect-src", "require-trusted-types-for", "trusted-types"] });
});

test("the first view is less than 150 KB over the wire, and the views after it load no more files", async () => {
  const visit = await opened(context, worker);
  const { page } = visit;
  const session = await context.newCDPSession(page);
  const [asked, files] = [new Map(), new Map()];
  session.on("Network.requestWillBeSent", ({ requestId, request: { url } }) => url.startsWith("http") && asked.set(requestId, new URL(url).pathname));
  session.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    const path = asked.get(requestId);
    if (path !== undefined) files.set(path, (files.get(path) ?? 0) + encodedDataLength);
  });
  await session.send("Network.enable");
  await session.send("Network.setCacheDisabled", { cacheDisabled: true });
  await page.reload({ waitUntil: "networkidle" });
  await withKey(visit, await issued(admin));
  await until(page, () => document.querySelectorAll(".chart").length === 5);
  await shown(page, ".facts");
  const first = [...files.entries()];
  assert.ok(first.some(([path]) => path === "/console/assets/main.js") && first.some(([path]) => path === "/metrics"), first.join());
  const bytes = first.reduce((all, [, length]) => all + length, 0);
  assert.ok(bytes > 20_000 && bytes < FIRST_VIEW, `${bytes} bytes: ${first.join(" ")}`);
  for (const view of VIEWS) await visits(page, view);
  const later = [...files.keys()].filter((path) => !first.some(([known]) => known === path));
  assert.deepEqual(later.filter((path) => !/^\/(api|analytics|cache|performance|metrics)/.test(path)), []);
  clean(visit);
});

test("without a script the page says what it needs", async () => {
  const page = await browser.newPage({ javaScriptEnabled: false });
  await page.goto(`${worker.url}/console`);
  assert.match(await text(page, "noscript"), /needs JavaScript/);
  await page.close();
});
