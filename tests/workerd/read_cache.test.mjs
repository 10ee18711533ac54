// Answers that isolates keep, in real workerd: two Workers of the same code, which are two isolates, on one set of stores.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { Client, PASSWORD } from "./client.mjs";
import { start } from "./worker.mjs";

/** How long an isolate may take to hear of a change elsewhere: the life of a lease. */
const LEASE_MS = 5_000;
const PROFILE = "/api/v1/user/profile";

let worker;
let token;
before(async () => {
  worker = await start({ beside: true });
  const anybody = new Client(worker.url);
  const credentials = { email: "ada@example.com", password: PASSWORD };
  await anybody.send("POST", "/api/v1/auth/register", 202, { body: credentials });
  token = (await anybody.send("POST", "/api/v1/auth/login", 200, { body: credentials })).body.access_token;
});
after(() => worker?.close());

/** A request to one of the two isolates. */
async function ask(which, method, path, { body, headers = {} } = {}) {
  const response = await which.fetch(`https://witness.test${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, ...(body && { "content-type": "application/json" }), ...headers },
    body: body && JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === "" ? undefined : JSON.parse(text), cache: response.headers.get("cache-status") ?? "" };
}

const read = (which, headers) => ask(which, "GET", PROFILE, { headers });
const write = async (which, name) => {
  const answer = await ask(which, "PUT", `${PROFILE}/update`, { body: { full_name: name } });
  assert.equal(answer.status, 200);
  return answer;
};

test("a kept answer costs no query, says how old it is and answers If-None-Match", async () => {
  await write(worker.worker, "Ada");
  // Whoever has just written reads past what the grant before the write says.
  await read(worker.worker);
  const hit = await read(worker.worker);
  assert.match(hit.cache, /^witness; hit; ttl=\d+$/);
  assert.match(hit.headers.get("age"), /^\d+$/);
  assert.doesNotMatch(hit.headers.get("server-timing"), /d1/);
  assert.equal(hit.body.full_name, "Ada");
  const known = await read(worker.worker, { "if-none-match": hit.headers.get("etag") });
  assert.equal(known.status, 304);
  assert.match(known.cache, /hit/);
});

test("the isolate that writes gives nothing older from then on", async () => {
  for (const name of ["Grace", "Hedy", "Joan"]) {
    await write(worker.worker, name);
    assert.equal((await read(worker.worker)).body.full_name, name);
  }
});

test("a bookmark of a write elsewhere is never given an older answer", async () => {
  await write(worker.worker, "Before");
  await read(worker.beside);
  await read(worker.beside);
  const written = await write(worker.worker, "After");
  const bookmark = written.headers.get("d1-bookmark");
  assert.ok(bookmark);
  const seen = await read(worker.beside, { "d1-bookmark": bookmark });
  assert.equal(seen.body.full_name, "After");
  assert.equal(seen.headers.get("d1-bookmark"), null);
});

test("another isolate hears of a write within the life of a lease, without a hop of its own", async () => {
  await write(worker.worker, "Old");
  const until = Date.now() + LEASE_MS;
  await read(worker.beside);
  await write(worker.worker, "New");
  // Waits for the answer that tells of it, not for a time.
  let answer = await read(worker.beside);
  while (answer.body.full_name !== "New") {
    assert.ok(Date.now() < until + 2 * LEASE_MS, "an older answer than the life of a lease allows");
    answer = await read(worker.beside);
  }
  assert.equal((await read(worker.beside)).body.full_name, "New");
});

test("somebody else is given nothing of it, and nobody without a credential", async () => {
  const anybody = new Client(worker.url);
  const credentials = { email: "bob@example.com", password: PASSWORD };
  await anybody.send("POST", "/api/v1/auth/register", 202, { body: credentials });
  const bob = (await anybody.send("POST", "/api/v1/auth/login", 200, { body: credentials })).body.access_token;
  await read(worker.worker);
  const other = await ask(worker.worker, "GET", PROFILE, { headers: { authorization: `Bearer ${bob}` } });
  assert.notEqual(other.body.full_name, "New");
  const nobody = await ask(worker.worker, "GET", PROFILE, { headers: { authorization: "" } });
  assert.equal(nobody.status, 401);
});

test("versions and parts of answers hold in workerd as well", async () => {
  const alias = await ask(worker.worker, "GET", "/api/engines?fields=items.name");
  assert.deepEqual([alias.headers.get("api-version"), alias.headers.get("link")], ["v1", '</api/v1/engines>; rel="canonical"']);
  assert.deepEqual(Object.keys(alias.body.items[0]), ["name"]);
  assert.equal((await ask(worker.worker, "GET", "/api/v9/engines")).status, 404);
  assert.equal((await ask(worker.worker, "GET", "/api/v1/engines?fields=moon")).status, 422);
});
