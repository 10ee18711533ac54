// What is measured of a hub. Each job takes a worker and people that no other round has, and gives its figures with the CPU
// of workerd per unit and the load's own share of a core: near 1, the load and not the hub was what limited.
import { randomBytes, randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";

import { cpuMicros } from "../worker.mjs";
import { Device, within } from "./device.mjs";
import { evict } from "./subjects.mjs";

/** An encrypted note, as devices would send it. */
const BODY = randomBytes(192).toString("base64url");
/** Events of one device on their way, as the reference client has it. */
const FLIGHT = 100;

const event = (stream = "notes") => ({ id: randomUUID(), stream, body: BODY });
const percentile = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];

/** Devices of one person, connected. */
async function devicesOf(worker, { account, devices }, pinned, count = devices.length) {
  const made = devices.slice(0, count).map((device) => new Device({ url: worker.url, account, pinned, ...device }));
  for (const device of made) await device.connect();
  return made;
}

/** Runs a task between two looks at the clocks: wall time, workerd's CPU and the load's own. */
async function measured(worker, task) {
  const [cpu, own, began] = [cpuMicros(worker.pid), process.cpuUsage(), performance.now()];
  const result = await task();
  const ms = performance.now() - began;
  const used = process.cpuUsage(own);
  return { result, ms, cpu: cpuMicros(worker.pid) - cpu, load: (used.user + used.system) / (ms * 1000) };
}

/** One event at a time to all other devices: from its sending until the last one has it. */
export async function fanOut(worker, person, pinned, { receivers, events, warmUp }) {
  const [sender, ...others] = await devicesOf(worker, person, pinned, receivers + 1);
  let [left, last, done, fail] = [0, 0, () => {}, () => {}];
  for (const device of others) {
    device.onDeliver = (entries, at) => {
      left -= entries.length;
      last = Math.max(last, at);
      if (left === 0) done();
    };
    device.onError = (error) => fail(error);
  }
  const one = async () => {
    const arrived = within("a delivery", (resolve, reject) => ([left, last, done, fail] = [receivers, 0, resolve, reject]));
    const began = performance.now();
    sender.send([event()]);
    await Promise.all([arrived, sender.settled()]);
    return last - began;
  };
  for (let number = 0; number < warmUp; number += 1) await one();
  const { result: took, cpu, load } = await measured(worker, async () => {
    const all = [];
    for (let number = 0; number < events; number += 1) all.push(await one());
    return all.sort((a, b) => a - b);
  });
  for (const device of [sender, ...others]) await device.close();
  return { p50_ms: percentile(took, 0.5), p99_ms: percentile(took, 0.99), cpu_us: cpu / events, load };
}

/** As many events a second as are acknowledged. Every sender receives what the others send. */
export async function throughput(worker, person, pinned, { senders, batch, seconds }) {
  const devices = await devicesOf(worker, person, pinned, senders);
  const acknowledged = () => devices.reduce((sum, device) => sum + device.acknowledged, 0);
  const fill = (device) => {
    while (device.seq - device.acknowledged <= FLIGHT - batch) device.send(Array.from({ length: batch }, () => event()));
  };
  const { result: count, ms, cpu, load } = await measured(worker, () =>
    within("events", (resolve, reject) => {
      const until = performance.now() + seconds * 1000;
      for (const device of devices) {
        device.onError = reject;
        device.onAck = (_, at) => (at < until ? fill(device) : resolve(acknowledged()));
        fill(device);
      }
    }),
  );
  for (const device of devices) await device.settled();
  // What is still on its way belongs to no round.
  const end = acknowledged();
  const settled = (device) => device.entries >= end - device.acknowledged;
  for (const device of devices) {
    if (!settled(device)) await within("deliveries", (resolve) => (device.onDeliver = () => settled(device) && resolve()));
    await device.close();
  }
  return { per_second: count / (ms / 1000), cpu_us: cpu / count, load };
}

/** Fills a log by the first device, for `catchUp`. */
export async function fill(worker, person, pinned, entries) {
  const [sender] = await devicesOf(worker, person, pinned, 1);
  for (let sent = 0; sent < entries; sent += FLIGHT) {
    sender.send(Array.from({ length: FLIGHT }, () => event()));
    await sender.settled();
  }
  await sender.close();
  return sender.epoch;
}

/** A device that missed everything comes: from its `authenticate` to the last entry. */
export async function catchUp(worker, { account, devices }, pinned, { epoch, entries }) {
  const device = new Device({ url: worker.url, account, pinned, ...devices[1] });
  const { ms, cpu, load } = await measured(worker, async () => {
    await device.connect({ epoch, offset: 0 });
    if (device.entries >= entries) return;
    await within("entries", (resolve, reject) => {
      device.onError = reject;
      device.onDeliver = () => device.entries >= entries && resolve();
    });
  });
  if (device.entries !== entries) throw new Error(`${device.entries} entries of ${entries}`);
  await device.close();
  return { per_second: entries / (ms / 1000), pages: device.frames, cpu_us: cpu / entries, load };
}

const resident = (pid) => Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]) * 1024;

/**
 * What connections weigh that say nothing, in bytes each. With `asleep` each hub is taken out of memory as soon as its
 * devices are there: memory that was used once and given back is not taken for theirs.
 */
export async function idle(worker, subject, people, pinned, { asleep }) {
  const [first, ...others] = people;
  // Once through everything, so that what is compiled and cached then is not counted.
  const warm = await devicesOf(worker, first, pinned);
  warm[0].send([event()]);
  await warm[0].settled();
  if (asleep) await evict(worker, subject, first.account, "hibernate");
  const before = resident(worker.pid);
  const connected = [];
  for (const person of others) {
    connected.push(...(await devicesOf(worker, person, pinned)));
    if (asleep) await evict(worker, subject, person.account, "hibernate");
  }
  const after = resident(worker.pid);
  // They are still there: one of them hears another.
  const [one, other] = connected.slice(-2);
  const heard = within("a delivery after idling", (resolve, reject) => ([other.onDeliver, other.onError] = [resolve, reject]));
  one.send([event()]);
  await heard;
  await one.settled();
  for (const device of [...warm, ...connected]) await device.close();
  return { connections: connected.length, hubs: others.length, bytes: (after - before) / connected.length };
}
