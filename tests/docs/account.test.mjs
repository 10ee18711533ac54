// The links of mails in Chromium: each leads to its page, which does nothing until its button is pressed, and then what
// the mail is for.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Client, PASSWORD, account } from "../workerd/client.mjs";
import { administrator, mail } from "../workerd/mailbox.mjs";
import { start } from "../workerd/worker.mjs";
import { launch, openPage, seriousViolations } from "./browser.mjs";

let worker;
let browser;
let admin;

before(async () => {
  worker = await start();
  admin = await administrator(worker);
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await worker?.close();
});

const status = (page) => page.$eval("[role=status]", (node) => node.textContent);
const fits = (page) => page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth");

const buttons = (page) => page.$$eval("button", (all) => all.filter((one) => one.checkVisibility()).length);

/** Follows the link of a mail on a narrow screen. */
async function followed({ text }, title) {
  const link = /^https?:\/\/\S+\/account\/\S+$/m.exec(text)[0];
  const visit = await openPage(browser, worker.url, { width: 360, height: 740 });
  await visit.page.goto(link, { waitUntil: "networkidle" });
  assert.equal(await visit.page.title(), title);
  const headings = await visit.page.$$eval("h1", (all) => all.filter((one) => one.checkVisibility()).map((one) => one.textContent));
  assert.deepEqual(headings, [title]);
  assert.ok(!visit.page.url().includes("token"), "the token leaves the address");
  assert.deepEqual(await seriousViolations(visit.page), []);
  assert.ok(await fits(visit.page), "the page is wider than 360 px");
  return visit;
}

/** Presses the button and waits for what the page says then. */
async function pressed({ page, outside, complaints }, words) {
  await page.locator("section:not([hidden]) button").click();
  await page.waitForFunction((text) => document.querySelector("[role=status]").textContent === text, words);
  assert.equal(await buttons(page), 0, "nothing is left to press");
  assert.deepEqual(await seriousViolations(page), []);
  assert.deepEqual([outside, complaints], [[], []]);
}

test("the link of a new account's mail confirms its address, by the button and once", async () => {
  const ada = await account(worker.url);
  const letter = await mail(admin, "welcome", ada.email);
  const visit = await followed(letter, "Confirm your address");
  assert.equal((await ada.get("/api/v1/auth/me")).body.email_verified, false, "opening the page uses nothing up");
  await pressed(visit, "Your address is confirmed. You can close this page.");
  assert.equal((await ada.get("/api/v1/auth/me")).body.email_verified, true);
  await visit.page.close();
  const again = await followed(letter, "Confirm your address");
  await again.page.locator("section:not([hidden]) button").click();
  await again.page.waitForFunction(() => document.querySelector("[role=status]").textContent.startsWith("This link was used before"));
  await again.page.close();
});

test("the link of a forgotten password's mail changes it", async () => {
  const ada = await account(worker.url);
  await new Client(worker.url).post("/api/v1/auth/forgot-password", { email: ada.email });
  const visit = await followed(await mail(admin, "reset", ada.email), "Choose another password");
  await visit.page.locator("section:not([hidden]) button").click(); // nothing is sent without a password
  assert.equal(await status(visit.page), "");
  await visit.page.locator("#password").pressSequentially("another horse battery staple");
  await pressed(visit, "Your password is changed. Sign in with it.");
  const stranger = new Client(worker.url);
  await stranger.post("/api/v1/auth/login", { email: ada.email, password: PASSWORD }, 401);
  await stranger.post("/api/v1/auth/login", { email: ada.email, password: "another horse battery staple" }, 200);
  await visit.page.close();
});

test("the link of a new address's mail makes it that of the account", async () => {
  const ada = await account(worker.url);
  const email = `new-${ada.email}`;
  await ada.post("/api/v1/auth/change-email", { email, password: PASSWORD }, 202);
  const visit = await followed(await mail(admin, "change_email", email), "Confirm your new address");
  await pressed(visit, "Your address is changed. Sign in with it from now on.");
  await new Client(worker.url).post("/api/v1/auth/login", { email, password: PASSWORD }, 200);
  await visit.page.close();
});

test("an address without its token, or of no mail, says so and sends nothing", async () => {
  const { page, complaints } = await openPage(browser, worker.url);
  const sent = [];
  page.on("request", (request) => request.method() === "POST" && sent.push(request.url()));
  for (const path of ["/account/verify", "/account/reset", "/account/change-email", "/account/", "/account/#token=x"]) {
    await page.goto("about:blank");
    await page.goto(worker.url + path, { waitUntil: "networkidle" });
    assert.match(await status(page), /^Something is missing in the address/, path);
    assert.equal(await buttons(page), 0, path);
    assert.deepEqual(await seriousViolations(page), [], path);
  }
  assert.deepEqual([sent, complaints], [[], []]);
  await page.close();
});
