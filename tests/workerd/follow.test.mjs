// Following what the server changes without a socket, in real workerd: what wakes who waits, and who writes when nobody
// reads any more.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { account, reading } from "./client.mjs";
import { start } from "./worker.mjs";

const EVENTS = "/api/v1/events";
/** Less than a hub waits by itself: who is not woken by then fails. */
const PATIENCE = 15_000;

let worker;
before(async () => {
  worker = await start();
});
after(() => worker?.close());

const end = async (user) => (await user.get(EVENTS)).body.cursor;
const change = async (user) => (await user.post("/api/v1/readings", reading(), 201)).body.id;

/** A stream as an EventSource reads it, with a token: `next` gives event after event, `stop` goes away. */
class Source {
  #left = new AbortController();
  #text = "";
  id = "";

  static async open(user, id) {
    const source = new Source();
    const headers = { authorization: `Bearer ${user.token}`, ...(id !== undefined && { "last-event-id": id }) };
    const signal = source.#left.signal;
    source.response = await fetch(`${user.url}${EVENTS}/stream`, { headers, signal });
    assert.equal(source.response.status, 200);
    source.reader = source.response.body.pipeThrough(new TextDecoderStream()).getReader();
    return source;
  }

  /** The next block of lines: what stands before an empty one. */
  async block() {
    while (!this.#text.includes("\n\n")) {
      const late = new Promise((_, reject) => setTimeout(reject, PATIENCE, new Error("nothing came")).unref());
      const { done, value } = await Promise.race([this.reader.read(), late]);
      if (done) return undefined;
      this.#text += value;
    }
    const at = this.#text.indexOf("\n\n");
    const block = this.#text.slice(0, at);
    this.#text = this.#text.slice(at + 2);
    const fields = {};
    for (const line of block.split("\n")) {
      const [, name, value] = /^([a-z]*): ?(.*)$/.exec(line) ?? [];
      if (name) fields[name] = value;
    }
    if (fields.id !== undefined) this.id = fields.id;
    return fields;
  }

  async next() {
    for (let fields = await this.block(); fields; fields = await this.block()) {
      if (fields.data !== undefined) return { ...fields, data: JSON.parse(fields.data) };
    }
    return undefined;
  }

  stop() {
    this.#left.abort();
  }
}

test("a stream hears of a change that is made meanwhile", async () => {
  const user = await account(worker.url);
  const last = await end(user);
  const source = await Source.open(user);
  const { headers } = source.response;
  assert.equal(headers.get("content-type"), "text/event-stream");
  assert.equal(headers.get("cache-control"), "no-store");
  assert.equal(headers.get("content-encoding"), null);
  assert.ok(headers.get("x-request-id"));
  assert.deepEqual(await source.block(), { retry: "2000", id: String(last) });
  for (const nth of [1, 2, 3]) {
    const id = await change(user);
    const told = await source.next();
    assert.deepEqual([told.id, told.event, told.data.subject_id], [String(last + nth), "reading.created", id]);
  }
  const { items } = (await user.get(`${EVENTS}?after=${last + 2}`)).body;
  assert.deepEqual(items.map(({ seq }) => seq), [last + 3]);
  source.stop();
});

test("who comes again with the last id has missed nothing", async () => {
  const user = await account(worker.url);
  const source = await Source.open(user);
  await source.block();
  source.stop();
  const made = [await change(user), await change(user)];
  const again = await Source.open(user, source.id);
  const heard = [await again.next(), await again.next()];
  again.stop();
  made.push(await change(user));
  const third = await Source.open(user, again.id);
  heard.push(await third.next());
  third.stop();
  assert.deepEqual(heard.map(({ data }) => data.subject_id), made);
});

test("a request that waits is answered by the first change", async () => {
  const user = await account(worker.url);
  const last = await end(user);
  const waiting = fetch(`${user.url}${EVENTS}?after=${last}&wait=25`, {
    headers: { authorization: `Bearer ${user.token}` },
    signal: AbortSignal.timeout(PATIENCE),
  });
  const id = await change(user);
  const { items, cursor } = await (await waiting).json();
  assert.deepEqual([items[0].subject_id, cursor], [id, last + 1]);
});

test("nobody writes for a client that has gone, and its place is free", async () => {
  const user = await account(worker.url);
  const last = await end(user);
  const deadline = Date.now() + 2 * PATIENCE;
  const look = async () => (await user.send("GET", `${EVENTS}?after=${last}`)).status;
  const sources = await Promise.all(Array.from({ length: 32 }, () => Source.open(user)));
  await Promise.all(sources.map((source) => source.block()));
  // As soon as all of them wait, nobody else may.
  while ((await look()) !== 429) assert.ok(Date.now() < deadline, "the places are never taken");
  for (const source of sources) source.stop();
  // What is written next meets nobody. Who went on all the same would wait again, and keep the places.
  for (;;) {
    await change(user);
    const statuses = [];
    for (let nth = 0; nth < 20; nth += 1) statuses.push(await look());
    if (statuses.every((status) => status === 200)) break;
    assert.ok(Date.now() < deadline, "the places are never given back");
  }
});
