// The JavaScript half of the edge by itself: what it makes of a request and of an answer's lines.
import assert from "node:assert/strict";
import { test } from "node:test";

import { describe, respond } from "../../src/edge/glue.js";

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
