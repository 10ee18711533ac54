// People whose devices stay connected: two each, of which one says something now and then and the other has to hear it.
import { randomUUID } from "node:crypto";

import { MemoryStore, confirm, connect, makeKeys, register } from "../../clients/js/src/index.ts";

/** Connects two devices of everybody. `talk` sends from one; `missing` is what the others did not hear yet. */
export async function connected(people, { url, pinned }, random) {
  const pairs = [];
  for (const { member } of people) pairs.push(await pair(member, url, pinned));
  return {
    async talk() {
      const { first, sent } = pairs[Math.floor(random() * pairs.length)];
      const body = randomUUID();
      sent.add(body);
      await first.send("notes", body);
    },
    sent: () => pairs.reduce((sum, { sent }) => sum + sent.size, 0),
    missing: () => pairs.reduce((sum, { sent, heard }) => sum + [...sent].filter((body) => !heard.has(body)).length, 0),
    reconnects: () => pairs.reduce((sum, { opens }) => sum + opens.count - 2, 0),
    close: () => Promise.all(pairs.flatMap(({ first, second }) => [first.close(), second.close()])),
  };
}

async function pair({ account, token }, url, pinned) {
  const api = { url, token };
  const [keys, other] = [await makeKeys(), await makeKeys()];
  const one = await register(api, keys, "Laptop", "Load");
  const two = await register(api, other, "Phone", "Load");
  await confirm(api, { account, device: one.device.id, keys }, two.pairing_code, two.device);
  const [heard, opens] = [new Set(), { count: 0 }];
  const options = { url, account, serverKeys: [pinned], onState: ({ phase }) => void (opens.count += Number(phase === "open")) };
  const first = await connect({ ...options, device: one.device.id, keys, store: new MemoryStore() });
  const second = await connect({ ...options, device: two.device.id, keys: other, store: new MemoryStore(), onEvent: ({ body }) => void heard.add(body) });
  return { first, second, sent: new Set(), heard, opens };
}
