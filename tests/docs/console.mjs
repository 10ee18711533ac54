// The console as an administrator uses it, and what stands behind it: accounts, keys, figures.
import assert from "node:assert/strict";
import { unstable_splitSqlQuery } from "wrangler";

import { grantSql } from "../../scripts/admin.mjs";
import { Client, PASSWORD, account } from "../workerd/client.mjs";
import { mail, token } from "../workerd/mailbox.mjs";
import { authenticator } from "../workerd/totp.mjs";
import { openPage } from "./browser.mjs";

export const EVERYTHING = [
  "admin:audit:read", "admin:backup:read", "admin:backup:write", "admin:cache:write", "admin:engines:read", "admin:engines:write", "admin:health:read", "admin:keys:read",
  "admin:keys:write", "admin:limits:read", "admin:limits:write", "admin:mail:read", "admin:secrets:read", "admin:sessions:write",
  "admin:users:read", "admin:users:write",
];

/** Views, by the words of their links. */
export const VIEWS = [
  "Overview", "Alerts", "Health", "Database", "Caches", "Engines", "Usage", "Limits", "Users", "Keys", "Audit", "Logs", "Errors", "Mailbox", "Secrets",
];

/** Addresses that not every version serves, by the views that show them. */
export const LATER = { Alerts: "/api/v1/admin/alerts", Logs: "/api/v1/admin/logs", Errors: "/api/v1/admin/errors", Usage: "/analytics/usage" };

/**
 * An administrator with two factors and a confirmed address: a client with `email`, `code()` for one sign-in by the
 * authenticator, and `codes`, backup codes that nobody has used.
 */
export async function keeper({ url, worker }, email = "admin@example.com") {
  const user = await account(url, { email });
  const { DB } = await worker.getEnv();
  await DB.batch(unstable_splitSqlQuery(grantSql(email)).map((sql) => DB.prepare(sql)));
  const { body: enrolment } = await user.post("/api/v1/auth/two-factor/enrol", undefined, 200);
  const code = authenticator(enrolment.secret);
  const { body: spare } = await user.post("/api/v1/auth/two-factor/confirm", { code: code() }, 200);
  const signIn = { email, password: PASSWORD, code: spare.codes.pop() };
  const { body } = await new Client(url).post("/api/v1/auth/login", signIn, 200);
  const admin = Object.assign(user.as(body.access_token), { email, codes: spare.codes, code: () => code(1) });
  await admin.post("/api/v1/auth/verify-email", { token: token(await mail(admin, "welcome", email)) }, 204);
  return admin;
}

/** A key of administrators with these scopes. */
export const issued = async (admin, scopes = EVERYTHING, name = "A console") =>
  (await admin.post("/api/v1/admin/keys", { name, scopes }, 201)).body.key;

/** What a browser says of refusals; the console says it better. */
const refusal = /^Failed to load resource: the server responded with a status of 4\d\d/;

/** The console, just opened. */
export async function opened(place, { url }, options) {
  const visit = await openPage(place, url, options);
  visit.page.setDefaultTimeout(60_000); // what fails says so sooner; a busy machine may take its time
  await visit.page.goto(`${url}/console`);
  await shown(visit.page, "form");
  return visit;
}

export const until = (page, holds, given) => page.waitForFunction(holds, given, { polling: 50 });
export const shown = (page, selector) => until(page, (where) => document.querySelector(where)?.checkVisibility(), selector);
export const says = (page, words, selector = "body") =>
  until(page, ([where, text]) => document.querySelector(where)?.innerText.includes(text), [selector, words]);
export const heading = (page, words) => until(page, (text) => document.querySelector("h1")?.textContent === text, words);
export const text = (page, selector) => page.$eval(selector, (node) => node.innerText);

/** Where one can type and press: in the open dialog if there is one. */
const reach = (page) => page.locator("dialog[open], body:not(:has(dialog[open]))");

/** A field by its label. */
export const field = (page, label) => reach(page).getByLabel(label, { exact: true });

export async function fills(page, label, value) {
  const input = field(page, label);
  if (await input.evaluate((node) => node.tagName === "SELECT")) await input.selectOption(value);
  else {
    await input.clear();
    await input.pressSequentially(value);
  }
}

/** Presses the first button, link or summary of that name. */
export async function press(page, name) {
  const [place, exactly] = [reach(page), { name, exact: true }];
  const summary = place.getByText(name, { exact: true }).and(page.locator("summary"));
  const one = place.getByRole("button", exactly).or(place.getByRole("link", exactly)).or(summary).filter({ visible: true }).first();
  const asks = (await one.getAttribute("aria-haspopup")) === "dialog";
  await one.click();
  if (asks) await shown(page, "dialog[open]");
}

export async function withKey({ page }, key) {
  await fills(page, "Key", key);
  await page.keyboard.press("Enter");
}

/** Types address and password; the code when it is asked for. */
export async function withPassword({ page }, { email, password = PASSWORD, code }) {
  await fills(page, "E-mail address", email);
  await fills(page, "Password", password);
  await page.keyboard.press("Enter");
  if (code === undefined) return;
  await fills(page, "Code of your second factor", code);
  await page.keyboard.press("Enter");
}

/** The console, signed in with a key that may do everything. */
export async function entered(place, worker, admin, options) {
  const visit = await opened(place, worker, options);
  await withKey(visit, await issued(admin));
  await heading(visit.page, "Overview");
  return visit;
}

/** To a view by its link, and until it has loaded. */
export async function visits(page, view) {
  if (await page.locator("button.menu").isVisible()) await press(page, "Views");
  await press(page, view);
  await heading(page, view);
  await loaded(page);
}

export const loaded = (page) =>
  until(page, () => !document.querySelector("[aria-busy=true]") && !document.querySelector("main").innerText.includes("Loading …"));

/** No sideways scrolling. */
export const fits = (page) => page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth");

/** Answers of the server replaced: `answer` gets the request and its path and gives a response, or nothing for the server's own. */
export const instead = (page, answer) =>
  page.route("**", (route, request) => {
    const response = answer(request, new URL(request.url()).pathname);
    return response ? route.fulfill(response) : route.continue();
  });

/** An answer in the server's place. */
export const json = (body) => ({ status: 200, contentType: "application/json", body: JSON.stringify(body) });

/** The row of a table whose first cell is that, as words by the names of columns. */
export const row = (page, first) =>
  page.evaluate((words) => {
    const found = [...document.querySelectorAll("tr")].find((one) => one.querySelector("td")?.innerText.trim() === words);
    return found && Object.fromEntries([...found.querySelectorAll("td")].map((cell) => [cell.dataset.label, cell.innerText.trim()]));
  }, first);

/** Nothing was asked of another origin, and the browser complained of nothing but refusals. */
export function clean(...visits) {
  for (const { outside, complaints } of visits) {
    assert.deepEqual([outside, complaints.filter((one) => !refusal.test(one))], [[], []]);
  }
}
