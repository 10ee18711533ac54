// /together in Chromium: tabs of one person, each a device of its own, stay in step over the real relay.
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { gzipSync } from "node:zlib";
import { PASSWORD, account } from "../workerd/client.mjs";
import { authenticator } from "../workerd/totp.mjs";
import { start } from "../workerd/worker.mjs";
import { launchTabs, openPage, seriousViolations } from "./browser.mjs";
import {
  PHRASE, clean, connected, duplicate, enrols, entering, forgets, keptBy, lines, overheard, press, reads, says, shown, signsIn,
  states, text, until, writes,
} from "./together.mjs";

let worker;
before(async () => (worker = await start()));
after(() => worker?.close());

// What a browser keeps of its devices is each test's own.
let tabs;
beforeEach(async () => (tabs = await launchTabs()));
afterEach(() => tabs.close());

/** A visit of the page. */
async function tab(path = "/together", options) {
  const visit = await openPage(tabs.context, worker.url, options);
  await visit.page.goto(worker.url + path);
  return visit;
}

const { first, further } = entering(tab);

test("two tabs of one person stay in step, and what they write is encrypted before it leaves", async () => {
  const user = await account(worker.url);
  const amber = await tab();
  const sent = await overheard(amber);
  await signsIn(amber, user);
  await enrols(amber, "Amber");
  await connected(amber.page);
  const birch = await further(user, "Birch", amber);
  await writes(amber, "one secret", "two secrets");
  await reads(birch.page, ["one secret", "two secrets"]);
  await writes(birch, "three");
  await reads(amber.page, ["one secret", "two secrets", "three"]);
  await writes(amber, "four");
  for (const { page } of [amber, birch]) await reads(page, ["one secret", "two secrets", "three", "four"]);
  assert.deepEqual(await states(amber.page), ["kept", "kept", "received", "kept"]);
  assert.match(await text(birch.page, "#lines li"), /Amber/);

  const kept = await keptBy(birch.page);
  assert.deepEqual(kept.exported, ["rejected", "rejected"]);
  assert.equal(kept.entries.length, 3);
  const frames = sent.filter((one) => one.includes('"stream":"notes"'));
  for (const { body } of kept.entries) assert.ok(frames.some((frame) => frame.includes(body)), "what came is what was sent");
  assert.doesNotMatch(sent.join(), new RegExp(`secret|${PHRASE}`));
  clean(amber, birch);
});

test("what is written offline waits, flows when the tab is back, and is there once and in one order everywhere", async () => {
  const user = await account(worker.url);
  const amber = await first(user, "Amber");
  const birch = await further(user, "Birch", amber);
  await writes(amber, "together");
  await reads(birch.page, ["together"]);

  await press(amber.page, "#plug");
  await says(amber.page, "#state", "Not connected (1006): the connection was cut.");
  await says(amber.page, "#again", "Again in ");
  await writes(amber, "away 1", "away 2");
  await says(amber.page, "#queued", "2 lines wait to be sent.");
  assert.deepEqual(await states(amber.page), ["kept", "waiting", "waiting"]);
  await writes(birch, "meanwhile");
  await writes(amber, "away 3");
  await press(amber.page, "#plug");
  const all = ["together", "away 1", "away 2", "meanwhile", "away 3"];
  for (const { page } of [amber, birch]) await reads(page, all);
  await says(amber.page, "#state", "Connected.");
  assert.equal(await text(amber.page, "#queued"), "");

  // A tab that is loaded again goes on: no password, no code; its queue too.
  await press(amber.page, "#plug");
  await writes(amber, "left in the queue");
  await says(amber.page, "#queued", "1 line waits to be sent.");
  await amber.page.reload();
  all.push("left in the queue");
  for (const { page } of [amber, birch]) await reads(page, all);
  await birch.page.reload();
  await connected(birch.page);
  await reads(birch.page, all);
  await writes(birch, "and on");
  all.push("and on");
  for (const { page } of [amber, birch]) await reads(page, all);

  // The stores were not given anything twice either.
  assert.deepEqual((await keptBy(amber.page)).entries.map(({ seq }) => seq), [1, 2]);
  assert.deepEqual((await keptBy(birch.page)).entries.map(({ seq }) => seq), [1, 2, 3, 4, 5]);
  clean(amber, birch);
});

test("the hub is evicted between lines, with and without its sockets, and nobody notices or misses one", async () => {
  const user = await account(worker.url);
  const evict = (webSockets) => worker.worker.evictDurableObject("Hub", { name: user.user_id, webSockets });
  const amber = await first(user, "Amber");
  const birch = await further(user, "Birch", amber);
  const all = [];
  for (const round of [1, 2, 3]) {
    for (const [visit, name] of [[amber, "a"], [birch, "b"]]) {
      await evict("hibernate");
      await writes(visit, `${name}${round}`);
      all.push(`${name}${round}`);
      for (const { page } of [amber, birch]) await reads(page, all);
    }
  }
  await evict("close");
  await writes(amber, "after");
  for (const { page } of [amber, birch]) await reads(page, [...all, "after"]);
  for (const { page } of [amber, birch]) assert.equal((await keptBy(page)).entries.length, page === amber.page ? 3 : 4);
  clean(amber, birch);
});

test("each tab tells who is there and who types, and what the server changed", async () => {
  const user = await account(worker.url);
  const amber = await first(user, "Amber");
  const birch = await further(user, "Birch", amber);
  const row = `[data-device="${(await keptBy(birch.page)).id}"]`;
  const presence = (state) => until(amber.page, ([where, wanted]) => document.querySelector(where)?.dataset.presence === wanted, [row, state]);
  await presence("active");
  assert.equal(await text(amber.page, `${row} span`), "Birch");
  await amber.page.bringToFront();
  await presence("idle");
  await birch.page.bringToFront();
  await presence("active");
  await birch.page.locator("#text").pressSequentially("half a li");
  await says(amber.page, "#typing", "Birch is typing …");
  await user.put("/api/v1/user/profile/update", { preferred_name: "Countess" }, 200);
  for (const { page } of [amber, birch]) await says(page, "#system", "profile.updated");
  await press(birch.page, "#plug");
  await presence("offline");
  assert.match(await text(amber.page, row), /gone since/);
  await says(birch.page, "#devices", "not known while offline");
  clean(amber, birch);
});

test("one tab at a time is a device, and a closed tab's device is taken up by another", async () => {
  const user = await account(worker.url);
  const amber = await first(user, "Amber");
  await writes(amber, "mine");
  await reads(amber.page, ["mine"]);
  const copy = await duplicate(amber);
  await shown(copy, "#elsewhere");
  assert.equal(await copy.evaluate("sessionStorage.together"), (await keptBy(amber.page)).id);
  await writes(amber, "still mine");
  await reads(amber.page, ["mine", "still mine"]);
  await amber.page.close();
  await connected(copy);
  await writes({ page: copy }, "mine now");
  await reads(copy, ["mine", "still mine", "mine now"]);
  await copy.close();

  const later = await tab();
  await press(later.page, `#free button[aria-label="Go on as Amber"]`);
  await connected(later.page);
  await reads(later.page, ["mine", "still mine", "mine now"]);

  // A copy that would rather be another device.
  const apart = await duplicate(later);
  await press(apart, "#apart");
  await shown(apart, "#credentials");
  assert.equal(await apart.evaluate("sessionStorage.together"), undefined);
  await says(later.page, "#state", "Connected.");
  clean(later);
});

test("another passphrase's lines stay locked until it is typed", async () => {
  const user = await account(worker.url);
  const amber = await first(user, "Amber");
  const birch = await further(user, "Birch", amber, "a phrase with a mistake");
  await writes(amber, "readable?");
  await until(birch.page, () => document.querySelector("#lines [data-state=locked]"));
  assert.doesNotMatch((await lines(birch.page)).join(), /readable/);
  await birch.page.bringToFront();
  await press(birch.page, "#room summary");
  await birch.page.locator("#other").pressSequentially(PHRASE);
  await birch.page.keyboard.press("Enter");
  await says(birch.page, "#notice", "The passphrase is in use.");
  await reads(birch.page, ["readable?"]);
  await writes(birch, "yes");
  await reads(amber.page, ["readable?", "yes"]);
  clean(amber, birch);
});

test("a device that is shut out is closed, says why, and can be forgotten", async () => {
  const user = await account(worker.url);
  const amber = await first(user, "Amber");
  const birch = await further(user, "Birch", amber);
  const { id } = await keptBy(birch.page);
  await press(amber.page, `[data-device="${id}"] button`);
  await says(birch.page, "#state", "Ended (4000): this device was revoked or deleted.");
  await until(amber.page, (where) => !document.querySelector(where), `[data-device="${id}"]`);
  await says(amber.page, "#system", "device.revoked");
  assert.ok(await birch.page.$eval("#text", (field) => field.disabled));
  await birch.page.reload();
  await says(birch.page, "#state", "Ended (4002)");
  await forgets(birch);
  assert.ok(await birch.page.evaluate(async (gone) => (await indexedDB.databases()).every(({ name }) => name !== `relay-${gone}`), id));
  assert.equal(await birch.page.evaluate("sessionStorage.together"), undefined);

  // A device that is forgotten while it is in is forgotten at the server.
  await forgets(amber);
  assert.deepEqual((await user.get("/api/v1/devices")).body.items.map(({ state }) => state), ["revoked"]);
  clean(amber, birch);
});

test("who has lost every device shuts them out, and the next one needs nobody", async () => {
  const user = await account(worker.url);
  const lost = await first(user, "Lost");
  const found = await tab();
  await signsIn(found, user);
  await enrols(found, "Found");
  await shown(found.page, "#pending");
  // Loaded again while it waits: the same code, after a sign-in.
  const code = await text(found.page, "#code");
  await found.page.reload();
  await signsIn(found, user);
  await shown(found.page, "#pending");
  assert.equal(await text(found.page, "#code"), code);
  await press(found.page, "#anew");
  await until(found.page, (before) => document.querySelector("#code").textContent !== before, code);
  await press(found.page, "#stuck summary");
  await press(found.page, "#actives button");
  await connected(found.page);
  await says(lost.page, "#state", "Ended (4000)");
  clean(lost, found);
});

test("a second factor is asked for where there is one, and another account's device is not taken", async () => {
  const user = await account(worker.url);
  const amber = await first(user, "Amber");
  await amber.page.reload();
  await connected(amber.page);
  await signsIn(amber, await account(worker.url));
  await says(amber.page, "#notice", "This device is of another account.");
  const { body } = await user.post("/api/v1/auth/two-factor/enrol", undefined, 200);
  const code = authenticator(body.secret);
  await user.post("/api/v1/auth/two-factor/confirm", { code: code() }, 200);
  await amber.page.locator("#password").clear();
  await signsIn(amber, user);
  await shown(amber.page, "#factor");
  await amber.page.locator("#factor").pressSequentially(code(1));
  await amber.page.keyboard.press("Enter");
  await shown(amber.page, "#pairing");
  await until(amber.page, () => !document.querySelector("#credentials").checkVisibility());
  assert.equal(await text(amber.page, "#notice"), "");
});

test("a wrong password, a wrong code and a fault of the network are told in words", async () => {
  const user = await account(worker.url);
  const { page, outside } = await tab(`/together#email=${user.email}`);
  await shown(page, "#demo");
  assert.equal(await page.$eval("#email", (field) => field.value), user.email);
  assert.ok(!page.url().includes("#"), "the address keeps nothing");
  await page.locator("#password").pressSequentially("wrong");
  await page.keyboard.press("Enter");
  await says(page, "#notice", "The address or the password is wrong.");
  await page.locator("#password").clear();
  await page.locator("#password").pressSequentially(PASSWORD);
  await page.keyboard.press("Enter");
  await enrols({ page }, "Amber");
  await connected(page);
  assert.equal(await text(page, "#notice"), "");
  await page.locator("#typed").pressSequentially("0000-0000");
  await page.keyboard.press("Enter");
  await says(page, "#notice", "This code is wrong, was used, or has ended.");
  await tabs.context.setOffline(true);
  await press(page, "#finding button");
  await says(page, "#notice", "The server could not be reached.");
  assert.deepEqual(outside, []);
});

test("every state is accessible, light and dark, and fits 360 pixels", async () => {
  const user = await account(worker.url);
  const narrow = { width: 360, height: 740 };
  const sound = async ({ page }, state) => {
    await page.bringToFront();
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme });
      assert.deepEqual(await seriousViolations(page), [], `${state}, ${colorScheme}`);
    }
    assert.ok(await page.evaluate("document.documentElement.scrollWidth <= 360"), `${state} is wider than 360 px`);
  };
  const amber = await tab("/together", narrow);
  await sound(amber, "sign-in");
  await signsIn(amber, user);
  await shown(amber.page, "#enrol");
  await sound(amber, "registration");
  await enrols(amber, "M".repeat(80));
  await connected(amber.page);
  await writes(amber, "W".repeat(500));
  await sound(amber, "connected");

  const birch = await tab("/together", narrow);
  await signsIn(birch, user);
  await enrols(birch, "Birch");
  await shown(birch.page, "#pending");
  await press(birch.page, "#stuck summary");
  await shown(birch.page, "#actives button");
  await sound(birch, "waiting to be let in");
  await amber.page.bringToFront();
  await amber.page.locator("#typed").pressSequentially(await text(birch.page, "#code"));
  await amber.page.keyboard.press("Enter");
  await shown(amber.page, "#asks");
  await sound(amber, "confirming");
  await press(amber.page, "#confirm");
  await says(amber.page, "#notice", "is in.");
  await birch.page.bringToFront();
  await connected(birch.page);
  await writes(birch, "a line");
  await press(amber.page, "#plug");
  await writes(amber, "one that waits");
  await press(amber.page, "#room details summary");
  await sound(amber, "offline");
  await amber.page.reload();
  await connected(amber.page);
  await sound(amber, "without a token");

  const copy = await duplicate(birch);
  await copy.setViewportSize(narrow);
  await shown(copy, "#elsewhere");
  await sound({ page: copy }, "duplicated");
  await user.post(`/api/v1/devices/${(await keptBy(birch.page)).id}/revoke`, undefined, 200);
  await says(birch.page, "#state", "Ended");
  await sound(birch, "shut out");
  clean(amber, birch);
});

test("the page is small, and loads nothing but itself", async () => {
  const read = async (path) => (await fetch(worker.url + path)).text();
  const page = await read("/together");
  assert.doesNotMatch(page, /<style|<script(?![^>]* src=)| style=| on[a-z]+=/);
  const client = await read("/together/assets/relay.js");
  assert.match(client, /^\/\/ clients\/js [0-9a-f]{40}\n/);
  const size = gzipSync(client).length;
  assert.ok(size < 10_000, `the client has ${size} bytes, gzip`);
});
