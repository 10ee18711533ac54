// The JavaScript half of the edge by itself: what it makes of a request and of an answer's lines.
import assert from "node:assert/strict";
import { test } from "node:test";

import { Outflow, describe, respond } from "../../src/edge/glue.js";

test("each cookie has a header of its own, other headers are as given", async () => {
  const cookies = [
    "__Host-flow=; Path=/; Secure; HttpOnly; SameSite=None; Max-Age=0",
    "__Host-session=a; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=600",
  ];
  const lines = ["location", "/next", "set-cookie", cookies[0], "cache-control", "no-store", "set-cookie", cookies[1], ""];
  const response = respond(303, lines.join("\n"), undefined, undefined);
  assert.equal(response.status, 303);
  assert.deepEqual(response.headers.getSetCookie(), cookies);
  assert.equal(response.headers.get("location"), "/next");
  assert.equal(response.headers.get("cache-control"), "no-store");
  assert.equal(await response.text(), "");
});

test("a request is described in lines, one for each header that is asked for", () => {
  const request = new Request("https://example.com/a?b=c", { method: "POST", headers: { origin: "null" } });
  assert.equal(describe(request, ["origin", "cookie"]), "POST\nhttps://example.com/a?b=c\n=null\n");
});

test("what is written bit by bit is read bit by bit, and refused once nobody reads", async (context) => {
  // Of the platform's own stream, Node has the standard's.
  globalThis.IdentityTransformStream = TransformStream;
  context.after(() => delete globalThis.IdentityTransformStream);
  const out = new Outflow();
  const response = out.respond(200, "content-type\ntext/event-stream\n");
  assert.equal(response.headers.get("content-type"), "text/event-stream");
  const reader = response.body.getReader();
  const heard = async () => new TextDecoder().decode((await reader.read()).value);
  for (const text of ["id: 1\n\n", ":\n\n"]) {
    const written = out.write(text);
    assert.equal(await heard(), text);
    await written;
  }
  await reader.cancel();
  await assert.rejects(async () => out.write("id: 2\n\n"));
  const whole = new Outflow();
  const text = whole.respond(200, "").text();
  await whole.write("a");
  await whole.close();
  assert.equal(await text, "a");
});
