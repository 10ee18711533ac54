// /together in Chromium: tabs of one person, each a device of its own, stay in step over the real relay.
import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { after, before, test } from "node:test";
import { PASSWORD, account } from "../workerd/client.mjs";
import { start } from "../workerd/worker.mjs";
import { launch, openPage, seriousViolations } from "./browser.mjs";

const PHRASE = "a phrase that both of them know";
let worker;
let browser;

before(async () => {
  worker = await start();
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await worker?.close();
});

/** A visit of the page. */
async function tab(path = "/together", options) {
  const visit = await openPage(browser, worker.url, options);
  await visit.page.goto(worker.url + path, { waitUntil: "networkidle0" });
  return visit;
}

/** A page behind another one paints nothing, but changes. */
const until = (page, holds, ...given) => page.waitForFunction(holds, { polling: "mutation" }, ...given);
const shown = (page, selector) => until(page, (where) => document.querySelector(where)?.checkVisibility(), selector);
const says = (page, selector, words) => until(page, (where, text) => document.querySelector(where).textContent.includes(text), selector, words);
const text = (page, selector) => page.$eval(selector, (node) => node.textContent);
async function press(page, selector) {
  await page.bringToFront();
  await shown(page, selector);
  await page.click(selector);
}
const lines = (page) => page.$$eval("#lines .text", (all) => all.map((one) => one.textContent));
const states = (page) => page.$$eval("#lines li", (all) => all.map((one) => one.dataset.state));

/** Comes back when these lines are there in this order, and none of the tab's own waits any more. */
async function reads(page, wanted) {
  const there = (all) => {
    const found = [...document.querySelectorAll("#lines li")];
    return found.length >= all.length && found.every(({ dataset }) => dataset.state !== "waiting");
  };
  await until(page, there, wanted);
  assert.deepEqual(await lines(page), wanted);
}

/** Types a line and sends it by the keyboard. */
async function writes({ page }, ...all) {
  for (const line of all) {
    await page.bringToFront();
    await page.type("#text", line);
    await page.keyboard.press("Enter");
  }
}

async function signsIn({ page }, { email }) {
  await page.bringToFront();
  await shown(page, "#signin");
  await page.$eval("#email", (field) => (field.value = ""));
  await page.type("#email", email);
  await page.type("#password", PASSWORD);
  await page.keyboard.press("Enter");
}

async function enrols({ page }, name, phrase = PHRASE) {
  await shown(page, "#enrol");
  await page.$eval("#name", (field) => (field.value = ""));
  await page.type("#name", name);
  await page.type("#passphrase", phrase);
  await page.keyboard.press("Enter");
}

const connected = (page) => says(page, "#state", "Connected.");

/** A tab of that account that becomes its first device. */
async function first(user, name) {
  const one = await tab();
  await signsIn(one, user);
  await enrols(one, name);
  await connected(one.page);
  return one;
}

/** A further one, let in by another. */
async function further(user, name, by, phrase) {
  const one = await tab();
  await signsIn(one, user);
  await enrols(one, name, phrase);
  await shown(one.page, "#pending");
  const code = await text(one.page, "#code");
  await by.page.bringToFront();
  await by.page.type("#typed", code);
  await by.page.keyboard.press("Enter");
  await shown(by.page, "#asks");
  assert.equal(await text(by.page, "#theirs"), await text(one.page, "#print"));
  await press(by.page, "#confirm");
  await says(by.page, "#notice", `“${name}” is in.`);
  await one.page.bringToFront(); // which is when it looks
  await connected(one.page);
  return one;
}

const clean = (...visits) => {
  for (const { outside, complaints } of visits) assert.deepEqual([outside, complaints], [[], []]);
};
const closed = (...visits) => Promise.all(visits.map(({ page }) => page.close()));

test("two tabs of one person stay in step", async () => {
  const user = await account(worker.url);
  const amber = await first(user, "Amber");
  const birch = await further(user, "Birch", amber);
  await writes(amber, "one", "two");
  await reads(birch.page, ["one", "two"]);
  await writes(birch, "three");
  await reads(amber.page, ["one", "two", "three"]);
  await writes(amber, "four");
  for (const { page } of [amber, birch]) await reads(page, ["one", "two", "three", "four"]);
  assert.deepEqual(await states(amber.page), ["kept", "kept", "received", "kept"]);
  assert.match(await text(birch.page, "#lines li"), /Amber/);
  clean(amber, birch);
  await closed(amber, birch);
});
