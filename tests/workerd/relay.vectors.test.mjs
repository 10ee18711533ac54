// The relay's handshake, made a second time by WebCrypto alone (tools/relay/vectors.mjs).
import assert from "node:assert/strict";
import { test } from "node:test";

import { check } from "../../tools/relay/vectors.mjs";

test("the relay's vectors are made again, and what the house wrote is followed", async () => {
  const { vectors, house } = await check();
  assert.ok(vectors >= 20 && house >= 20, `${vectors} and ${house} connections`);
});
