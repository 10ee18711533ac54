// The page /together as somebody uses it who looks, types and presses.
import assert from "node:assert/strict";
import { PASSWORD } from "../workerd/client.mjs";

export const PHRASE = "a phrase that both of them know";

/** A page behind another one paints nothing, but changes: so it is not looked at with each frame. */
export const until = (page, holds, given) => page.waitForFunction(holds, given, { polling: 50 });
export const shown = (page, selector) => until(page, (where) => document.querySelector(where)?.checkVisibility(), selector);
export const says = (page, selector, words) => until(page, ([where, text]) => document.querySelector(where).textContent.includes(text), [selector, words]);
export const text = (page, selector) => page.$eval(selector, (node) => node.textContent);
export async function press(page, selector) {
  await page.bringToFront();
  await page.locator(selector).click();
}
export const lines = (page) => page.$$eval("#lines .text", (all) => all.map((one) => one.textContent));
export const states = (page) => page.$$eval("#lines li", (all) => all.map((one) => one.dataset.state));

/** Comes back when these lines are there in this order, and none of the tab's own waits any more. */
export async function reads(page, wanted) {
  const there = (all) => {
    const found = [...document.querySelectorAll("#lines li")];
    return found.length >= all.length && found.every(({ dataset }) => dataset.state !== "waiting");
  };
  await until(page, there, wanted);
  assert.deepEqual(await lines(page), wanted);
}

/** Types a line and sends it by the keyboard. */
export async function writes({ page }, ...all) {
  for (const line of all) {
    await page.bringToFront();
    await page.locator("#text").pressSequentially(line);
    await page.keyboard.press("Enter");
  }
}

export async function signsIn({ page }, { email }) {
  await page.bringToFront();
  await shown(page, "#signin");
  await page.locator("#email").clear();
  await page.locator("#email").pressSequentially(email);
  await page.locator("#password").pressSequentially(PASSWORD);
  await page.keyboard.press("Enter");
}

export async function enrols({ page }, name, phrase = PHRASE) {
  await shown(page, "#enrol");
  await page.locator("#name").clear();
  await page.locator("#name").pressSequentially(name);
  await page.locator("#passphrase").pressSequentially(phrase);
  await page.keyboard.press("Enter");
}

export const connected = (page) => says(page, "#state", "Connected.");

/** What makes a tab, opened by `tab`, a device that is in. */
export const entering = (tab) => ({
  /** The first device of that account. */
  async first(user, name) {
    const one = await tab();
    await signsIn(one, user);
    await enrols(one, name);
    await connected(one.page);
    return one;
  },
  /** A further one, let in by another. */
  async further(user, name, by, phrase) {
    const one = await tab();
    await signsIn(one, user);
    await enrols(one, name, phrase);
    await shown(one.page, "#pending");
    const code = await text(one.page, "#code");
    await by.page.bringToFront();
    await by.page.locator("#typed").pressSequentially(code);
    await by.page.keyboard.press("Enter");
    await shown(by.page, "#asks");
    assert.equal(await text(by.page, "#theirs"), await text(one.page, "#print"));
    await press(by.page, "#confirm");
    await says(by.page, "#notice", `“${name}” is in.`);
    await one.page.bringToFront(); // which is when it looks
    await connected(one.page);
    return one;
  },
});

/** What a browser does to duplicate a tab: the session's store is copied. */
export async function duplicate({ page }) {
  const [copy] = await Promise.all([page.waitForEvent("popup"), page.evaluate("void open('/together')")]);
  copy.setDefaultTimeout(20_000);
  return copy;
}

/** Forgets the tab's device: the page begins anew. */
export async function forgets({ page }) {
  await Promise.all([page.waitForEvent("load"), press(page, "#forget")]);
  await shown(page, "#credentials");
}

export const clean = (...visits) => {
  for (const { outside, complaints } of visits) assert.deepEqual([outside, complaints], [[], []]);
};

/** Everything that a page sends: bodies of requests, and frames of its sockets. */
export async function overheard({ page }) {
  const sent = [];
  page.on("request", (request) => sent.push(request.url(), request.postData() ?? ""));
  const session = await page.context().newCDPSession(page);
  session.on("Network.webSocketFrameSent", ({ response }) => sent.push(response.payloadData));
  await session.send("Network.enable");
  return sent;
}

/** What the browser keeps for a tab: its device, and the entries that the client's store was given. */
export const keptBy = (page) =>
  page.evaluate(async () => {
    const ended = (request) => new Promise((resolve) => (request.onsuccess = () => resolve(request.result)));
    const all = async (name, store) => ended((await ended(indexedDB.open(name))).transaction(store).objectStore(store).getAll());
    const id = sessionStorage.getItem("together");
    const { keys, seals } = (await all("together", "devices")).find((device) => device.id === id);
    const exported = await Promise.allSettled([
      crypto.subtle.exportKey("pkcs8", keys.privateKey),
      crypto.subtle.exportKey("raw", seals[0]),
    ]);
    const entries = await all(`relay-${id}`, "entries");
    return { id, exported: exported.map(({ status }) => status), entries: entries.filter(({ stream }) => stream === "notes") };
  });
