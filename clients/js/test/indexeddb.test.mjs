// The browser's store in Chromium: what was written is there after the page is gone, one page at a time has it.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { build } from "esbuild";

import { launch } from "../../../tests/docs/browser.mjs";

let browser;
let server;
let url;

before(async () => {
  const entry = join(import.meta.dirname, "../src/index.ts");
  const { outputFiles } = await build({ entryPoints: [entry], bundle: true, format: "esm", write: false });
  server = createServer(({ url: path }, response) => {
    const script = path === "/client.js";
    response.writeHead(200, { "content-type": script ? "text/javascript" : "text/html" });
    response.end(script ? outputFiles[0].text : "<!doctype html><title>A page</title>");
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${server.address().port}/`;
  browser = await launch();
});

after(async () => {
  await browser?.close();
  server?.close();
});

/** A page with the store of that name, opened. */
async function page(name) {
  const opened = await browser.newPage();
  await opened.goto(url);
  await opened.evaluate(`(async () => {
    const { IndexedDbStore } = await import("/client.js");
    globalThis.store = new IndexedDbStore(${JSON.stringify(name)});
    globalThis.kept = store.open();
  })()`);
  return opened;
}

const event = (id, more = {}) => ({ id, stream: "notes", body: "b", ...more });
const entry = (offset) => ({ offset, class: "private", stream: "notes", stream_seq: offset, id: `e${offset}`, at: 0, body: "x" });

test("what a browser's store was given is there for the next page", async () => {
  const first = await page("relay-1");
  assert.deepEqual(await first.evaluate("kept"), { queue: [] });
  await first.evaluate(async (events, entries) => {
    for (const one of events) await store.add(one);
    await store.number([{ ...events[0], seq: 4 }, { ...events[1], seq: 5 }, { ...events[2], id: "unknown", seq: 6 }]);
    await store.remove([events[0].id, "unknown"]);
    await store.keep(entries.slice(0, 1), { epoch: "e", offset: 1 });
    await store.keep(entries.slice(1), { epoch: "e", offset: 9 });
    await store.remove([], { epoch: "e", offset: 11 });
  }, [event("a"), event("b"), event("c")], [entry(1), entry(9)]);
  await first.close();
  const second = await page("relay-1");
  assert.deepEqual(await second.evaluate("kept"), { queue: [event("b", { seq: 5 }), event("c")], cursor: { epoch: "e", offset: 11 } });
  assert.deepEqual(await second.evaluate("store.entries()"), [entry(1), entry(9)]);
  await second.evaluate("store.clear()");
  assert.deepEqual(await second.evaluate("store.entries()"), []);
  await second.close();
});

test("entries and cursor are kept both or neither", async () => {
  const one = await page("relay-2");
  await one.evaluate("kept");
  await assert.rejects(one.evaluate(async () => store.keep([{ offset: 1 }, { offset: 2, body: () => {} }], { epoch: "e", offset: 2 })));
  assert.deepEqual(await one.evaluate("store.entries()"), []);
  await one.evaluate("store.close()");
  await assert.rejects(one.evaluate("store.entries()"), /not open/);
  const again = await page("relay-2");
  assert.deepEqual(await again.evaluate("kept"), { queue: [] });
  await Promise.all([one.close(), again.close()]);
});

test("a second page waits until the first is done with the device", async () => {
  const first = await page("relay-3");
  await first.evaluate("kept");
  const second = await page("relay-3");
  const state = () => second.evaluate(`Promise.race([kept.then(() => "open"), navigator.locks.query().then(({ pending }) => pending.length + " waits")])`);
  assert.equal(await state(), "1 waits");
  await first.evaluate(`store.add({ id: "a", stream: "s", body: "" }).then(() => store.close())`);
  assert.deepEqual(await second.evaluate("kept"), { queue: [{ id: "a", stream: "s", body: "" }] });
  await Promise.all([first.close(), second.close()]);
});

test("a browser has the cryptography: keys are made, kept and sign", async () => {
  const one = await page("relay-4");
  const length = await one.evaluate(`(async () => {
    const { makeKeys, publicKey } = await import("/client.js");
    const keys = structuredClone(await makeKeys());
    const signature = await crypto.subtle.sign("Ed25519", keys.privateKey, new Uint8Array(3));
    return (await publicKey(keys)).length + signature.byteLength;
  })()`);
  assert.equal(length, 43 + 64);
  await one.close();
});
