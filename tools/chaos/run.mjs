// The chaos run: many devices that send, while sockets are cut, hubs evicted and workerd killed. At the end every
// acknowledged event is on every device, once and in order, or the run fails. See the relay's document for what is promised.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { seeded } from "../../clients/js/test/random.mjs";
import { ChaosDevice, watched } from "./device.mjs";
import { House } from "./house.mjs";
import { plan } from "./plan.mjs";
import { Proxy } from "./proxy.mjs";
import { report } from "./report.mjs";
import { planned, settings } from "./settings.mjs";

const { subject: SUBJECT, seed: SEED, users: USERS, devices: DEVICES, events: EVENTS, seconds: SECONDS, minutes: MINUTES } = settings;
const MINUTE = 60_000;
const STREAMS = ["notes", "todo", "a.stream-with_every.kind_of-letter.0123456789", "keys"];
const began = Date.now();
const say = (text) => process.stderr.write(`${((Date.now() - began) / 1000).toFixed(1).padStart(6)} s  ${text}\n`);
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Waits, by what devices tell, until something holds. */
class Watch {
  #waiting = new Set();
  tell = () => {
    for (const waiting of this.#waiting) waiting();
  };
  until(holds) {
    if (holds()) return Promise.resolve();
    return new Promise((resolve) => {
      const look = () => {
        if (!holds()) return;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
    });
  }
}

const state = mkdtempSync(join(tmpdir(), "witness-chaos-"));
const proxy = new Proxy();
const watch = new Watch();
const frames = {};
const complaints = [];
/** What happened, beside the cuts. */
const done = { evictions: { hibernate: 0, close: 0 }, kills: 0, naps: 0, setbacks: 0, resent: 0 };
const devices = [];
let house;
let handed = 0;

/** How far the run has come, between 0 and 1; the faults' clock. */
const progress = () => handed / EVENTS;

async function people() {
  house = new House(SUBJECT, state, (message) => complaints.push(message));
  await house.start();
  const made = await house.people(USERS, DEVICES);
  await proxy.listen();
  proxy.target = house.url;
  const random = seeded(SEED ^ 0x5eed);
  const Socket = watched(frames);
  for (const [user, person] of made.entries()) {
    for (const [at, { device, keys }] of person.devices.entries()) {
      // Two of the clocks are as wrong as they get.
      const skew = devices.length < 2 ? [-10, 10][devices.length] * MINUTE : Math.round((random() * 20 - 10) * MINUTE);
      const options = { url: proxy.url, account: person.account, device, keys, serverKeys: [house.pinned] };
      const heard = new Set();
      const changed = (body) => {
        if (body?.startsWith("the ")) heard.add(body);
        watch.tell();
      };
      devices.push(Object.assign(new ChaosDevice({ user: person.account, options, WebSocket: Socket, skew, changed }), { id: device, user, at, heard, idle: false }));
    }
  }
}

/** What a device sends, in bursts, until it has sent its share. */
async function talk(device, index) {
  const random = seeded(SEED + 1 + index);
  const share = Math.floor(EVENTS / devices.length) + (index < EVENTS % devices.length ? 1 : 0);
  const most = 24;
  const gap = (SECONDS * 1000 * most) / 2 / share;
  for (let sent = 0; sent < share; ) {
    await pause(random() * 2 * gap);
    if (device.ended) return;
    const free = () => device.running && !device.held;
    await watch.until(() => free() || device.ended);
    // Now and then more at once than a device may send.
    const burst = random() < 0.005 ? 250 : 1 + Math.floor(random() * most);
    for (let left = Math.min(share - sent, burst); left > 0 && free(); left -= 1) {
      const stream = STREAMS[Math.floor(random() * STREAMS.length)];
      const ttl = random() < 0.2 ? 1_000 + Math.floor(random() * 20 * MINUTE) : undefined;
      // Now and then one that fills a frame of the socket and more.
      const length = random() < 0.005 ? 20_000 : Math.floor(random() ** 3 * 1_500);
      await device.send(stream, `${index} ${sent} ${"ü".repeat(length / 2)}`, ttl);
      sent += 1;
      handed += 1;
    }
    watch.tell();
  }
  device.finished = true;
  watch.tell();
}

/** What goes on beside the rest: naps, and cuts that wait for something to tear. */
const beside = [];

async function cut({ kind, which, share }) {
  for (let attempt = 0; ; attempt += 1) {
    // Where nothing moves any more, nothing can be torn.
    if (await proxy.cut(attempt < 5 ? kind : "cut", (which + attempt * 0.37) % 1, share)) return;
    await pause(50);
  }
}

/** A store is set back to before its events were sent, when the hub has them: they go out again, in other places. */
async function setBack(fault) {
  const from = fault.user * DEVICES + fault.device;
  const turned = devices.map((_, at) => devices[(from + at) % devices.length]);
  const fit = () => turned.find((device) => device.running && !device.held && device.queued > 0);
  await watch.until(() => fit() || devices.every(({ finished, ended }) => finished || ended));
  const device = fit();
  if (!device) return;
  device.held = true;
  const before = await device.snapshot();
  await watch.until(() => device.ended || (device.running && device.queued === 0));
  if (device.ended) return;
  await device.stop();
  await device.setBack(before);
  await device.start();
  device.held = false;
  done.setbacks += 1;
  done.resent += before.queue.length;
  watch.tell();
}

/** One fault; it counts only if it happened, and is tried again elsewhere until it does. */
async function strike(fault) {
  switch (fault.type) {
    case "cut":
      beside.push(cut(fault));
      return;
    case "evict":
      for (let user = fault.user; ; user += 1) {
        if (await house.evict(devices[(user % USERS) * DEVICES].record.user, fault.sockets)) break;
        await pause(20);
      }
      done.evictions[fault.sockets] += 1;
      return;
    case "kill":
      await house.kill();
      await house.start();
      proxy.target = house.url;
      done.kills += 1;
      say(`killed and started again, ${handed} events were sent`);
      return;
    case "nap": {
      const device = devices[fault.user * DEVICES + fault.device];
      if (!device.running || device.held) return;
      await device.stop();
      done.naps += 1;
      beside.push(pause(fault.ms).then(() => device.start()).then(watch.tell));
      return;
    }
    case "setback":
      beside.push(setBack(fault));
  }
}

async function disturb(faults) {
  for (const fault of faults) {
    await watch.until(() => progress() >= fault.at);
    await strike(fault);
  }
}

async function main() {
  say(`seed ${SEED}: ${USERS} users with ${DEVICES} devices each, ${EVENTS} events, subject ${SUBJECT}`);
  await people();
  for (const device of devices) await device.start();
  await watch.until(() => devices.every(({ begun }) => begun));
  say("all devices are there");

  const faults = plan({ seed: SEED, users: USERS, devices: DEVICES, ...planned });
  const all = (name) => devices.reduce((sum, { record }) => sum + record[name].length, 0);
  const shown = setInterval(() => say(`${handed} sent, ${all("acknowledged")} acknowledged, ${all("told")} delivered`), 15_000);
  await Promise.all([...devices.map(talk), disturb(faults)]);
  await Promise.all(beside);
  say("all is sent; waiting for acknowledgements");
  const settled = () => devices.every(({ queued, ended }) => queued === 0 || ended);
  await watch.until(settled);
  // Everybody says a last word, comes again and says another one. Entries come in order: who has heard the last word of a
  // device has everything of it, or will never have.
  for (const word of ["the last word of ", "the very last word of "]) {
    for (const device of devices) await device.send(STREAMS[0], word + device.id);
    const hears = (device, other) => other === device || other.user !== device.user || device.heard.has(word + other.id);
    const level = (device) => device.ended || devices.every((other) => other.ended || hears(device, other));
    await watch.until(() => settled() && devices.every(level));
    say(word);
    for (const device of devices) {
      await device.stop();
      await device.start();
    }
  }
  clearInterval(shown);
  for (const device of devices) await device.stop();
  say("level");
}

let passed = false;
try {
  const failed = [];
  const late = new Promise((_, reject) => setTimeout(() => reject(new Error(`not over after ${MINUTES} minutes`)), MINUTES * MINUTE).unref());
  await Promise.race([main(), late]).catch((error) => {
    say(error.stack);
    failed.push(error.message);
  });
  passed = report({ devices, proxy, done, frames, complaints, failed, busy: house.busy, seconds: (Date.now() - began) / 1000 });
} finally {
  proxy.close();
  await house?.stop().catch(() => {});
  rmSync(state, { recursive: true, force: true });
}
process.exit(passed ? 0 : 1);
