// The client over real sockets, in Node and in Chromium, and the browser's store: what was written is there after the page
// is gone, one page at a time has it.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { build } from "esbuild";

import { launch } from "../../../tests/docs/browser.mjs";
import { connect, makeKeys, MemoryStore } from "../src/index.ts";
import { decode } from "../src/base64url.ts";
import { Hub } from "./hub.mjs";
import { Server, until } from "./server.mjs";
import { attach } from "./sockets.mjs";

const ACCOUNT = "0197f7a0-0000-7000-8000-000000000001";
const [NODE, PAGE] = ["0197f7a0-0000-7000-8000-0000000000d1", "0197f7a0-0000-7000-8000-0000000000d2"];

let browser;
let context; // one for all: what a page keeps is there for the next
let server;
let relay;
let url;

before(async () => {
  const entry = join(import.meta.dirname, "../src/index.ts");
  const { outputFiles } = await build({ entryPoints: [entry], bundle: true, format: "esm", write: false });
  server = createServer(({ url: path }, response) => {
    const script = path === "/client.js";
    response.writeHead(200, { "content-type": script ? "text/javascript" : "text/html" });
    response.end(script ? outputFiles[0].text : "<!doctype html><title>A page</title>");
  });
  relay = await new Server(new Hub()).begin();
  attach(server, relay);
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${server.address().port}/`;
  browser = await launch();
  context = await browser.newContext();
});

after(async () => {
  await browser?.close();
  server?.close();
});

/** A page with the store of that name, opened. */
async function page(name) {
  const opened = await context.newPage();
  await opened.goto(url);
  await opened.evaluate(`(async () => {
    const { IndexedDbStore } = await import("/client.js");
    globalThis.store = new IndexedDbStore(${JSON.stringify(name)});
    globalThis.kept = store.open();
  })()`);
  return opened;
}

/** As long as it takes: sockets and a browser are on their own time. */
const eventually = (holds) => until(holds, undefined, 0, 10_000_000);

/** A client in this process. */
async function enter() {
  const keys = await makeKeys();
  await relay.add(NODE, keys);
  const got = [];
  const options = { url, account: ACCOUNT, device: NODE, keys, serverKeys: [relay.pinned], store: new MemoryStore() };
  const client = await connect({ ...options, onEvent: ({ body }) => void got.push(body) });
  await eventually(() => client.cursor !== undefined);
  return { client, got };
}

test("Node's own WebSocket carries the relay, through a deployment", async () => {
  const { client, got } = await enter();
  relay.hub.system({ changed: 1 });
  await eventually(() => got.length === 1);
  relay.sessions.at(-1).close(1001);
  await client.send("notes", "after it");
  await eventually(() => client.queued === 0);
  assert.equal(relay.hub.log.at(-1).body, "after it");
  assert.equal(relay.sessions.length, 2);
  assert.equal(relay.sessions.at(-1).url, `/api/v1/relay/connect?account=${ACCOUNT}`);
  await client.close();
});

test("a page and a process stay in step, and the page goes on after it was loaded again", async () => {
  const { client, got } = await enter();
  const visit = await context.newPage();
  const load = async () => {
    await visit.goto(url);
    return visit.evaluate(async ([account, device, pinned]) => {
      const { connect, IndexedDbStore, makeKeys, publicKey } = await import("/client.js");
      // The pair is kept as it is: its private half can be used, and not be read.
      const held = await new Promise((resolve) => {
        const opening = indexedDB.open("keys", 1);
        opening.onupgradeneeded = () => opening.result.createObjectStore("keys");
        opening.onsuccess = () => resolve(opening.result);
      });
      const first = await makeKeys();
      const keys = await new Promise((resolve) => {
        const store = held.transaction("keys", "readwrite").objectStore("keys");
        const found = store.get("pair");
        found.onsuccess = () => {
          if (!found.result) store.put(first, "pair");
          resolve(found.result ?? first);
        };
      });
      globalThis.bodies = [];
      globalThis.store = new IndexedDbStore(`relay-${device}`);
      globalThis.begin = async () => {
        globalThis.client = await connect({
          url: location.href, account, device, keys, serverKeys: [pinned], store,
          onEvent: ({ body }) => void bodies.push(body),
        });
      };
      return publicKey(keys);
    }, [ACCOUNT, PAGE, relay.pinned]);
  };
  const begin = async () => {
    await visit.evaluate("begin()");
    await visit.waitForFunction("client.cursor !== undefined");
  };
  const key = await load();
  await relay.add(PAGE, { publicKey: await crypto.subtle.importKey("raw", decode(key), "Ed25519", true, ["verify"]) });
  await begin();
  await visit.evaluate(`client.send("notes", "from the page")`);
  await eventually(() => got.length === 1);
  await client.send("notes", "from the process");
  await visit.waitForFunction("bodies.length === 1");
  assert.equal(await load(), key, "the key pair is the same after loading");
  await client.send("notes", "meanwhile");
  await eventually(() => client.queued === 0);
  await begin();
  await visit.waitForFunction("bodies.length === 1");
  assert.deepEqual(await visit.evaluate("bodies"), ["meanwhile"]);
  assert.deepEqual(await visit.evaluate("store.entries().then((all) => all.map(({ body }) => body))"), ["from the process", "meanwhile"]);
  assert.deepEqual(got, ["from the page"]);
  await visit.evaluate("client.close()");
  await visit.close();
  await client.close();
});

const event = (id, more = {}) => ({ id, stream: "notes", body: "b", ...more });
const entry = (offset) => ({ offset, class: "private", stream: "notes", stream_seq: offset, id: `e${offset}`, at: 0, body: "x" });

test("what a browser's store was given is there for the next page", async () => {
  const first = await page("relay-1");
  assert.deepEqual(await first.evaluate("kept"), { queue: [], cursor: undefined });
  await first.evaluate(async ([events, entries]) => {
    for (const one of events) await store.add(one);
    await store.number([{ ...events[0], seq: 4 }, { ...events[1], seq: 5 }, { ...events[2], id: "unknown", seq: 6 }]);
    await store.remove([events[0].id, "unknown"]);
    await store.keep(entries.slice(0, 1), { epoch: "e", offset: 1 });
    await store.keep(entries.slice(1), { epoch: "e", offset: 9 });
    await store.remove([], { epoch: "e", offset: 11 });
  }, [[event("a"), event("b"), event("c")], [entry(1), entry(9)]]);
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
  assert.deepEqual(await again.evaluate("kept"), { queue: [], cursor: undefined });
  await Promise.all([one.close(), again.close()]);
});

test("a second page waits until the first is done with the device", async () => {
  const first = await page("relay-3");
  await first.evaluate("kept");
  const second = await page("relay-3");
  const state = () => second.evaluate(`Promise.race([kept.then(() => "open"), navigator.locks.query().then(({ pending }) => pending.length + " waits")])`);
  assert.equal(await state(), "1 waits");
  await first.evaluate(`store.add({ id: "a", stream: "s", body: "" }).then(() => store.close())`);
  assert.deepEqual(await second.evaluate("kept"), { queue: [{ id: "a", stream: "s", body: "" }], cursor: undefined });
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
