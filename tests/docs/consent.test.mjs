// The sign-in and consent pages in Chromium: without script, by keyboard, in both colour schemes, on a narrow screen.
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { account, PASSWORD } from "../workerd/client.mjs";
import { start } from "../workerd/worker.mjs";
import { launch, openPage, seriousViolations } from "./browser.mjs";

let worker, browser, callback, callbackUrl, arrived;

before(async () => {
  worker = await start();
  browser = await launch();
  callback = createServer((request, response) => {
    arrived.push(new URL(request.url, callbackUrl));
    response.end("<!doctype html><title>Back</title>Back in the application.");
  });
  await new Promise((resolve) => callback.listen(0, "127.0.0.1", resolve));
  callbackUrl = `http://127.0.0.1:${callback.address().port}/callback`;
  arrived = [];
});

after(async () => {
  await browser?.close();
  callback?.close();
  await worker?.close();
});

function request() {
  const verifier = randomBytes(32).toString("base64url");
  const url = new URL("/oauth/authorize", worker.url);
  url.search = new URLSearchParams({
    client_id: "witness-cli",
    redirect_uri: callbackUrl,
    response_type: "code",
    scope: "profile:read readings:read readings:write",
    state: "af0ifjsldkj",
    code_challenge: createHash("sha256").update(verifier).digest("base64url"),
    code_challenge_method: "S256",
  });
  return { url: String(url), verifier };
}

const fits = (page) => page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth");

/** Does what leads to another page, and waits for that. */
const onward = (page, deed) => Promise.all([page.waitForEvent("load"), deed()]);

/** Types into the fields and presses Enter, with the keyboard alone. */
async function signIn(page, email) {
  await page.locator("#email").focus();
  await page.keyboard.type(email);
  await page.keyboard.press("Tab");
  await page.keyboard.type(PASSWORD);
  await onward(page, () => page.keyboard.press("Enter"));
}

test("somebody signs in and consents by keyboard, without any script, and is led back with a code", async () => {
  const ada = await account(worker.url);
  const context = await browser.newContext({ javaScriptEnabled: false });
  const { page, complaints } = await openPage(context, worker.url);
  const { url, verifier } = request();
  await page.goto(url);
  await signIn(page, ada.email);
  assert.match(await page.title(), /wants to act for you$/);
  // The first button is Allow: from the top of the page it is the first stop.
  await page.keyboard.press("Tab");
  await onward(page, () => page.keyboard.press("Enter"));
  assert.equal(await page.title(), "Back");
  const back = arrived.find(({ pathname }) => pathname === "/callback"); // a browser also asks for an icon
  assert.deepEqual([back.searchParams.get("state"), back.searchParams.get("iss")], ["af0ifjsldkj", worker.url]);
  const response = await fetch(`${worker.url}/oauth/token`, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "authorization_code",
      client_id: "witness-cli",
      redirect_uri: callbackUrl,
      code: back.searchParams.get("code"),
      code_verifier: verifier,
    }),
  });
  assert.equal(response.status, 200, await response.clone().text());
  assert.deepEqual(complaints, []);
  await context.close();
});

for (const colorScheme of ["light", "dark"]) {
  test(`the pages have no serious accessibility findings and fit a narrow screen, ${colorScheme}`, async () => {
    const ada = await account(worker.url);
    const { page, outside } = await openPage(browser, worker.url, { width: 360, height: 740, colorScheme });
    await page.goto(request().url);
    assert.deepEqual(await seriousViolations(page), []);
    assert.ok(await fits(page), "the sign-in page is wider than 360 px");
    await page.locator("#email").pressSequentially(ada.email);
    await page.locator("#password").pressSequentially("wrong");
    await onward(page, () => page.locator("button.main").click());
    assert.equal(await page.$eval("[role=alert]", (node) => node.textContent), "Address or password is wrong.");
    assert.equal(await page.$eval("#email", (node) => node.value), ada.email);
    assert.deepEqual(await seriousViolations(page), []);
    await page.locator("#password").pressSequentially(PASSWORD);
    await onward(page, () => page.locator("button.main").click());
    assert.match(await page.title(), /wants to act for you$/);
    assert.deepEqual(await seriousViolations(page), []);
    assert.ok(await fits(page), "the consent page is wider than 360 px");
    const unknown = new URL(request().url);
    unknown.searchParams.set("client_id", "unknown");
    await page.goto(String(unknown));
    assert.deepEqual(await seriousViolations(page), []);
    assert.deepEqual(outside, []);
    await page.close();
  });
}
