// The documentation page in real Chromium against the real Worker: complete, usable, self-contained, accessible.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";

import { startWorker } from "../outside/server.mjs";
import { launch, openPage, seriousViolations } from "./browser.mjs";

let worker;
let browser;
let operations;

before(async () => {
  worker = await startWorker();
  browser = await launch();
  const document = await (await fetch(`${worker.url}/openapi.json`)).json();
  operations = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item)
      .filter(([method]) => ["get", "put", "post", "delete", "patch"].includes(method))
      .map(([method, operation]) => ({ path, method, id: operation.operationId, summary: operation.summary, tag: operation.tags[0] })),
  );
});

after(async () => {
  await browser?.close();
  await worker?.close();
});

const block = (id) => {
  const { tag } = operations.find((operation) => operation.id === id);
  return `[id="operations-${tag}-${id}"]`;
};

const openDocs = async (fragment = "", size) => {
  const opened = await openPage(browser, worker.url, size);
  const response = await opened.page.goto(`${worker.url}/docs${fragment}`, { waitUntil: "networkidle" });
  assert.ok([200, 304].includes(response.status()), `/docs answered ${response.status()}`);
  await opened.page.locator(".opblock").first().waitFor();
  return opened;
};

const press = (page, selector) => page.$eval(selector, (element) => element.click());

const expand = async (page, id) => {
  await press(page, `${block(id)} .opblock-summary-control`);
  await page.locator(`${block(id)}.is-open .execute`).waitFor();
  // until its references are resolved, the viewer swallows a press of Execute
  await page.locator(`${block(id)} .opblock-loading-animation`).waitFor({ state: "hidden" });
};

const type = (page, selector, text) =>
  page.$eval(selector, (area, value) => {
    Object.getOwnPropertyDescriptor(Object.getPrototypeOf(area), "value").set.call(area, value);
    area.dispatchEvent(new Event("input", { bubbles: true }));
    area.dispatchEvent(new Event("change", { bubbles: true }));
  }, text);

/** Presses Execute of an open operation; the status and body that the page then shows. */
const tryIt = async (page, id, body) => {
  if (body !== undefined) await type(page, `${block(id)} textarea.body-param__text`, JSON.stringify(body));
  await press(page, `${block(id)} .execute`);
  const row = `${block(id)} .live-responses-table .response[data-code], ${block(id)} .live-responses-table tr.response`;
  await page.locator(row).first().waitFor().catch(async (error) => {
    const shown = await page.$eval(block(id), (element) => element.innerText);
    throw new Error(`${id} shows no answer but: ${shown}`, { cause: error });
  });
  return page.$eval(row, (element) => ({
    status: element.querySelector(".response-col_status").textContent.trim().slice(0, 3),
    text: element.querySelector(".response-col_description").textContent,
  }));
};

/** Nothing was fetched from elsewhere and nothing complained. */
const assertClean = ({ outside, complaints }) => {
  assert.deepEqual(outside, []);
  assert.deepEqual(complaints, []);
};

test("/docs is served at that address with a strict policy", async () => {
  const response = await fetch(`${worker.url}/docs`, { redirect: "manual" });
  assert.equal(response.status, 200);
  assert.match(response.headers.get("content-type"), /^text\/html/);
  const policy = response.headers.get("content-security-policy");
  assert.match(policy, /default-src 'none'/);
  assert.match(policy, /frame-ancestors 'none'/);
  assert.doesNotMatch(policy, /unsafe|https?:|\*/);
  assert.equal(response.headers.get("x-content-type-options"), "nosniff");
  assert.equal(response.headers.get("referrer-policy"), "no-referrer");
});

test("the page lists every operation of the document", async () => {
  assert.ok(operations.length >= 10, `the document has only ${operations.length} operations`);
  const opened = await openDocs();
  const shown = await opened.page.$$eval(".opblock", (blocks) =>
    blocks.map((one) => ({
      method: one.querySelector(".opblock-summary-method").textContent.trim().toLowerCase(),
      path: one.querySelector(".opblock-summary-path").textContent.replaceAll("\u200b", "").trim(),
      id: one.querySelector(".opblock-summary-operation-id").textContent.trim(),
      summary: one.querySelector(".opblock-summary-description").textContent.trim(),
    })),
  );
  const key = ({ method, path, id, summary }) => `${method} ${path} ${id}: ${summary}`;
  assert.deepEqual(shown.map(key).sort(), operations.map(key).sort());
  assertClean(opened);
  await opened.page.close();
});

test("the filter finds operations by words of their path, name or id", async () => {
  const opened = await openDocs();
  await type(opened.page, ".operation-filter-input", "FIND_HEALTH get");
  await opened.page.waitForFunction(() => document.querySelectorAll(".opblock").length === 1);
  assert.equal(await opened.page.$eval(".opblock-summary-operation-id", (id) => id.textContent), "find_health");
  assertClean(opened);
  await opened.page.close();
});

test("a try-it call of GET /health reaches the running server", async () => {
  const opened = await openDocs();
  await expand(opened.page, "find_health");
  const answer = await tryIt(opened.page, "find_health");
  assert.equal(answer.status, "200");
  assert.match(answer.text, /"status":\s*"ok"/);
  assertClean(opened);
  await opened.page.close();
});

test("logging in on the page authorizes the calls after it, and a pasted token does too", async () => {
  const account = { email: `docs-${randomUUID()}@example.com`, password: randomUUID() };
  const opened = await openDocs();
  const { page } = opened;
  for (const id of ["register_user", "login_user", "find_user"]) await expand(page, id);

  assert.equal((await tryIt(page, "register_user", account)).status, "202");
  const login = await tryIt(page, "login_user", account);
  assert.equal(login.status, "200");
  await page.waitForFunction(() => /Signed in/.test(document.getElementById("notice").textContent));
  const me = await tryIt(page, "find_user");
  assert.equal(me.status, "200");
  assert.ok(me.text.includes(account.email));
  assertClean(opened);
  await page.close();

  const answer = await fetch(`${worker.url}/api/v1/auth/login`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(account),
  });
  const { access_token: token } = await answer.json();
  const again = await openDocs();
  await press(again.page, ".auth-wrapper .btn.authorize");
  await again.page.locator(".modal-ux input").first().waitFor();
  await type(again.page, ".modal-ux input", token);
  await press(again.page, ".modal-ux button[type=submit]");
  await again.page.locator(".modal-ux .auth-btn-wrapper .btn.modal-btn:not(.authorize)").first().waitFor();
  await press(again.page, ".close-modal");
  await expand(again.page, "find_user");
  assert.equal((await tryIt(again.page, "find_user")).status, "200");
  assertClean(again);
  await again.page.close();
});

test("every operation shows code in several languages, never with a token in it", async () => {
  const opened = await openDocs();
  const { page } = opened;
  await expand(page, "create_reading");
  const code = `${block("create_reading")} .code-examples`;
  for (const [language, sign] of [["curl", "curl -sS -X POST"], ["javascript", "await fetch("], ["python", "requests.request("]]) {
    await page.locator(`${code} select`).selectOption(language);
    const text = await page.$eval(`${code} pre`, (pre) => pre.textContent);
    assert.ok(text.includes(sign), text);
    assert.ok(text.includes("/api/v1/readings"), text);
    assert.match(text, /Bearer (\$TOKEN|\$\{token\}|\{token\})/);
  }
  assertClean(opened);
  await page.close();
});

test("a link to an operation opens it", async () => {
  const { tag } = operations.find(({ id }) => id === "find_health");
  const opened = await openDocs(`#/${tag}/find_health`);
  await opened.page.locator(`${block("find_health")}.is-open`).waitFor();
  assertClean(opened);
  await opened.page.close();
});

for (const theme of ["light", "dark"]) {
  test(`axe finds nothing serious or critical, ${theme}`, async () => {
    const opened = await openDocs();
    const { page } = opened;
    await page.locator("#theme").selectOption(theme);
    assert.equal(await page.$eval("html", (html) => html.classList.contains("dark-mode")), theme === "dark");
    assert.deepEqual(await seriousViolations(page), []);

    for (const id of ["find_health", "login_user", "list_readings", "create_reading", "update_reading"]) await expand(page, id);
    await tryIt(page, "find_health");
    await press(page, ".models button");
    await page.locator(".models .json-schema-2020-12").first().waitFor();
    await press(page, ".models .json-schema-2020-12-accordion");
    await page.$$eval(".error-row details", (all) => all.slice(0, 3).forEach((one) => (one.open = true)));
    assert.deepEqual(await seriousViolations(page), []);

    await press(page, ".auth-wrapper .btn.authorize");
    await page.locator(".modal-ux input").first().waitFor();
    assert.deepEqual(await seriousViolations(page), []);
    assertClean(opened);
    await page.close();
  });

  test(`a narrow page does not scroll sideways, ${theme}`, async () => {
    const { tag } = operations.find(({ id }) => id === "list_readings");
    const opened = await openDocs(`#/${tag}/list_readings`, { width: 360, height: 800 });
    await opened.page.locator("#theme").selectOption(theme);
    await opened.page.locator(`${block("list_readings")}.is-open .execute`).waitFor();
    const width = await opened.page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(width <= 360, `${width} pixels wide`);
    assertClean(opened);
    await opened.page.close();
  });

  test(`the landing page is accessible and leads on, ${theme}`, async () => {
    const opened = await openPage(browser, worker.url, { colorScheme: theme });
    await opened.page.goto(`${worker.url}/`, { waitUntil: "networkidle" });
    assert.deepEqual(await seriousViolations(opened.page), []);
    const links = await opened.page.$$eval("a", (all) => all.map((one) => one.getAttribute("href")));
    for (const link of links) assert.equal((await fetch(`${worker.url}${link}`)).status, 200, link);
    assertClean(opened);
    await opened.page.close();
  });
}
