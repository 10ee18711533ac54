// Devices at their hub in real workerd, with the reference client and frame by frame.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";

import { MemoryStore } from "../../clients/js/src/index.ts";
import { account } from "./client.mjs";
import { Raw, client, device } from "./relay.mjs";
import { GENEROUS, folder, secret, start, startOn } from "./worker.mjs";

let worker;
before(async () => {
  worker = await start();
});
after(() => worker?.close());

const evict = (user, webSockets) => worker.worker.evictDurableObject("Hub", { name: user.user_id, webSockets });
const bodies = ({ events }) => events.all.map(({ body }) => body);
const numbers = (count, from = 1) => Array.from({ length: count }, (_, n) => `${n + from}`);

/** An account with so many devices, each with the reference client, all connected. */
async function together(count, url = worker.url) {
  const user = await account(url);
  const first = await device(user);
  const made = [first];
  while (made.length < count) made.push(await device(user, first));
  const clients = await Promise.all(made.map((one) => client(user, one)));
  await Promise.all(clients.map((one) => one.open()));
  return { user, made, clients, close: () => Promise.all(clients.map(({ relay }) => relay.close())) };
}

/** Nothing failed on the server's side. */
function unharmed() {
  const failed = worker.logs().filter((line) => /"status":5|Uncaught|storage failed|panicked/.test(JSON.stringify(line)));
  assert.deepEqual(failed, []);
}

test("what one device sends the others have, in order, and what the server changes all have", async () => {
  const { user, clients: [laptop, phone, tablet], close } = await together(3);
  for (const body of numbers(50)) await laptop.relay.send("notes", body);
  await phone.relay.send("tasks", "from the phone");
  await Promise.all([phone.events.count(50), tablet.events.count(51), laptop.events.count(1)]);
  assert.deepEqual(bodies(phone), numbers(50));
  assert.deepEqual(tablet.events.all.filter(({ stream }) => stream === "notes").map(({ body }) => body), numbers(50));
  await laptop.acknowledged.count(50);
  assert.equal(laptop.relay.queued, 0);

  await user.put("/api/user/profile/update", { full_name: "Ada Example" }, 200);
  const system = await Promise.all([laptop, phone, tablet].map(({ events }) => events.find((event) => event.class === "system", "a system event")));
  for (const { stream, body } of system) assert.deepEqual([stream, JSON.parse(body).type], ["system", "profile.updated"]);
  await close();
  unharmed();
});

test("with idle sockets the object is evicted and wakes on the next frame with nothing lost", async () => {
  const { user, clients: [laptop, phone], close } = await together(2);
  for (const [round, body] of numbers(20).entries()) {
    await evict(user, "hibernate");
    const sender = round % 2 === 0 ? laptop : phone;
    await sender.relay.send("notes", body);
    await sender.acknowledged.count(Math.floor(round / 2) + 1);
    await (sender === laptop ? phone : laptop).events.count(Math.floor(round / 2) + 1);
  }
  // The sockets are those of the beginning.
  for (const one of [laptop, phone]) assert.equal(one.states.all.filter(({ phase }) => phase === "open").length, 1);
  // Without hibernation they are gone; the clients come again and nothing is lost or comes twice.
  await evict(user, "close");
  await laptop.relay.send("notes", "after");
  await phone.events.count(11);
  assert.deepEqual(bodies(phone), [...numbers(20).filter((_, n) => n % 2 === 0), "after"]);
  await close();
  unharmed();
});

test("a goodbye is answered, and the others hear of it", async () => {
  const { user, made: [first], clients: [inside], close } = await together(1);
  const second = await device(user, first);
  const raw = new Raw(user, second);
  await raw.enter();
  await inside.presences.find(({ device: id, state }) => id === second.id && state === "active", "coming");
  raw.close();
  assert.equal(await raw.code(), 1000);
  await inside.presences.find(({ device: id, state }) => id === second.id && state === "offline", "going");
  await close();
  unharmed();
});

test("a device that was away has everything afterwards, in pages", async () => {
  const { user, made, clients: [laptop, phone], close } = await together(2);
  await phone.relay.close();
  for (const body of numbers(200)) await laptop.relay.send("notes", body);
  await laptop.acknowledged.count(200);
  const back = await client(user, made[1], { store: phone.store });
  await back.events.count(200);
  assert.deepEqual(bodies(back), numbers(200));
  await back.relay.close();
  await close();
  unharmed();
});

test("every attack at the door ends with its code, and nobody else is harmed", async () => {
  const { user, made: [first, second], clients: [inside], close } = await together(2);
  const other = await account(worker.url);
  const foreign = await device(other);
  const refused = async (code, attack, who = second) => {
    const raw = new Raw(user, who);
    await raw.open();
    await attack(raw);
    assert.equal(await raw.code(), code);
    return raw;
  };
  for (const text of ["", "garbage", "[]", "0 x {}"]) await refused(4007, (raw) => raw.say(text));
  await refused(4006, (raw) => raw.say('{"type":"hello"}'));
  await refused(4003, (raw) => raw.say(new Uint8Array(32)));
  await refused(4003, (raw) => raw.say(new Uint8Array(1_000_000)));
  await refused(4009, (raw) => raw.say("x".repeat(1_000_000)));
  await refused(4005, async (raw) => {
    raw.say(JSON.stringify({ type: "hello", versions: [7], ephemeral: "A".repeat(43), nonce: "A".repeat(43) }));
  });
  // Points of small order.
  await refused(4006, (raw) => raw.say(JSON.stringify({ type: "hello", versions: [1], ephemeral: "A".repeat(43), nonce: "A".repeat(43) })));
  // The server's own hello, reflected.
  await refused(4006, async (raw) => {
    await raw.greet();
    raw.say(raw.serverHello);
  });
  // Another account's device here, its account named here, swapped keys, somebody unknown.
  await refused(4002, async (raw) => (await raw.greet(), raw.prove()), foreign);
  await refused(4002, async (raw) => (await raw.greet(), raw.prove({ account: other.user_id })), foreign);
  await refused(4002, async (raw) => (await raw.greet(), raw.prove()), { id: first.id, keys: second.keys });
  await refused(4002, async (raw) => (await raw.greet(), raw.prove()), { id: randomUUID(), keys: second.keys });
  // What was said in another handshake.
  const earlier = new Raw(user, second);
  await earlier.enter();
  earlier.close();
  await refused(4002, async (raw) => (await raw.greet(), raw.say(earlier.said)));
  // Frames once inside: repeated, reordered, changed, cut short, of another session, binary, too large.
  const within = async (code, attack) => {
    const raw = new Raw(user, second);
    await raw.enter();
    await attack(raw);
    assert.equal(await raw.code(), code);
  };
  await within(4004, async (raw) => {
    await raw.event(1);
    raw.say(raw.said);
  });
  await within(4004, async (raw) => {
    const [one, two] = [await raw.channel.seal('{"type":"received","offset":0}'), await raw.channel.seal('{"type":"received","offset":0}')];
    raw.say(two);
    raw.say(one);
  });
  await within(4004, async (raw) => raw.say((await raw.channel.seal('{"type":"received","offset":0}')).replace("0}", "1}")));
  await within(4004, async (raw) => raw.say((await raw.channel.seal('{"type":"received","offset":0}')).slice(0, -5)));
  const [mine, yours] = [new Raw(user, second), new Raw(user, second)];
  await Promise.all([mine.enter(), yours.enter()]);
  yours.say(await mine.channel.seal('{"type":"received","offset":0}'));
  assert.equal(await yours.code(), 4004);
  mine.close();
  await within(4003, (raw) => raw.say(new Uint8Array(10)));
  await within(4009, (raw) => raw.say("x".repeat(70_000)));
  await within(4006, (raw) => raw.send({ type: "received", offset: 1_000_000 }));
  await within(4006, (raw) => raw.send({ type: "event", id: randomUUID(), seq: 2, stream: "system", body: "" }));
  await within(4006, (raw) => raw.send({ type: "hello", versions: [1], ephemeral: "A".repeat(43), nonce: "A".repeat(43) }));

  await inside.relay.send("notes", "unharmed");
  await inside.acknowledged.count(1);
  assert.equal(inside.states.all.filter(({ phase }) => phase === "open").length, 1);
  await close();
  unharmed();
});

test("new keys under way: events go on, none is lost", async () => {
  const { user, made: [, second], clients, close } = await together(2);
  const raw = new Raw(user, second);
  await raw.enter();
  const [laptop] = clients;
  for (let round = 0; round < 3; round += 1) {
    await raw.event(2 * round + 1, `${2 * round + 1}`);
    await raw.frame("ack");
    await raw.rekey();
    await raw.event(2 * round + 2, `${2 * round + 2}`);
    await raw.frame("ack");
  }
  await laptop.events.count(6);
  assert.deepEqual(bodies(laptop), numbers(6));
  // Whoever speaks before the answer is refused.
  await raw.askForKeys();
  await raw.event(7);
  // The new keys may be there by the time that this one is looked at.
  assert.ok([4004, 4006].includes(await raw.code()));
  await close();
  unharmed();
});

/** Devices that send as fast as they may, until they are stopped. */
function flood(clients) {
  let going = true;
  const done = Promise.all(
    clients.map(async ({ relay }) => {
      for (let n = 0; going; n += 1) {
        await relay.send("notes", `${n}`).catch(() => (going = false));
        if (n % 20 === 0) await new Promise(setImmediate);
        if (relay.queued > 200) await new Promise((turn) => setTimeout(turn, 20));
      }
    }),
  );
  return { stop: () => ((going = false), done) };
}

test("a device that is revoked, or deleted, in a flood is shut out and the others go on", async () => {
  const { user, made, clients, close } = await together(4);
  const [laptop, phone, tablet, watch] = clients;
  const flooding = flood(clients);
  await Promise.all(clients.map(({ acknowledged }) => acknowledged.count(30)));
  const ends = async (one, ended, act) => {
    const began = performance.now();
    await act();
    const answered = performance.now();
    const { code } = await one.states.find(({ phase, code }) => phase === "ended" || code === 4000, "the end");
    assert.equal(code, 4000);
    return `${ended} ${Math.round(performance.now() - answered)} ms after the answer, which took ${Math.round(answered - began)} ms`;
  };
  const times = [
    await ends(phone, "revoked", () => user.post(`/api/v1/devices/${made[1].id}/revoke`, {}, 200)),
    await ends(tablet, "deleted", () => user.delete(`/api/v1/devices/${made[2].id}`, 204, { headers: { "if-match": "*" } })),
  ];
  console.log(`sockets of a device closed after: ${times.join(", ")}`);
  const before = watch.acknowledged.all.length;
  await watch.acknowledged.count(before + 20);
  assert.ok(laptop.states.all.every(({ phase }) => phase !== "ended"));
  await flooding.stop();
  await close();
  unharmed();
});

test("an account that is deleted in a flood: sockets closed, nothing left, no failure", async () => {
  const { user, made, clients, close } = await together(3);
  const flooding = flood(clients);
  await Promise.all(clients.map(({ acknowledged }) => acknowledged.count(30)));
  await user.delete("/api/v1/auth/me");
  const answered = performance.now();
  await Promise.all(clients.map(async ({ states }) => {
    const { code } = await states.find(({ phase }) => phase === "ended", "the end");
    assert.equal(code, 4001);
  }));
  console.log(`sockets of an account closed ${Math.round(performance.now() - answered)} ms after the answer`);
  await flooding.stop();
  const { DB } = await worker.worker.getEnv();
  const patience = AbortSignal.timeout(20_000);
  const left = async () => (await DB.prepare("SELECT count(*) AS n FROM devices WHERE user_id = ?").bind(user.user_id).all()).results[0].n;
  while ((await left()) > 0) patience.throwIfAborted();
  const late = new Raw(user, made[0]);
  await late.open();
  await late.greet();
  await late.prove();
  assert.equal(await late.code(), 4002);
  await close();
  unharmed();
});

test("a hub outlives its process: what was acknowledged is there after a restart on the same disk", async () => {
  const place = folder();
  const secrets = { JWT_SECRET: secret(), CURSOR_SECRET: secret(), VAULT_KEY: secret() };
  let running = await startOn(place.path, { vars: GENEROUS, secrets });
  try {
    const user = await account(running.url);
    const first = await device(user);
    const second = await device(user, first);
    const laptop = await client(user, first);
    await laptop.open();
    const store = new MemoryStore();
    const phone = await client(user, second, { store });
    await phone.open();
    for (const body of numbers(30)) await laptop.relay.send("notes", body);
    await laptop.acknowledged.count(30);
    await phone.relay.close();
    await laptop.relay.close();
    await running.close();
    running = await startOn(place.path, { vars: GENEROUS, secrets });
    const back = await client(Object.assign(user, { url: running.url }), second, { store });
    await back.open();
    await laptop.store.open();
    const [had, has] = [phone.events.all.length, 30 - phone.events.all.length];
    if (has > 0) await back.events.count(has);
    assert.deepEqual([...bodies(phone), ...bodies(back)], numbers(30));
    assert.ok(had <= 30);
    await back.relay.close();
  } finally {
    await running.close();
    place.remove();
  }
});
