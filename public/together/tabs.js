// What this browser keeps of its devices, each of them a tab: in the session's store which one a tab is, in IndexedDB its
// keys and its own lines, and a lock that one tab at a time holds.
import { IndexedDbStore } from "./assets/relay.js";

const NAME = "together";
const DEVICES = "devices";
const LINES = "lines";
const OF_DEVICE = "device";

/** The end of a request. */
const ended = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

const opening = indexedDB.open(NAME, 1);
opening.onupgradeneeded = () => {
  opening.result.createObjectStore(DEVICES, { keyPath: "id" });
  opening.result.createObjectStore(LINES, { keyPath: "id" }).createIndex(OF_DEVICE, OF_DEVICE);
};
const database = ended(opening);

/** Asks the stores; what it wrote is on disk when this ends. */
async function within(mode, ask) {
  const transaction = (await database).transaction([DEVICES, LINES], mode, { durability: "strict" });
  const end = new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onabort = () => reject(transaction.error ?? new Error("the database failed"));
  });
  const [answer] = await Promise.all([ask(transaction.objectStore(DEVICES), transaction.objectStore(LINES)), end]);
  return answer;
}

/** A device by its id, or nothing. */
export const find = (id) => within("readonly", (devices) => ended(devices.get(id)));

/** Keeps a device: `id`, `account`, `name`, `state`, `keys`, `seals`, `serverKeys`, `names`, and a `code` while it is pending. */
export const keep = (device) => within("readwrite", (devices) => ended(devices.put(device)));

/** Lines that this device wrote, as they were sent. */
export const ownLines = (device) => within("readonly", (_, lines) => ended(lines.index(OF_DEVICE).getAll(device)));

const keepLines = (all) => within("readwrite", (_, lines) => Promise.all(all.map((line) => ended(lines.put(line)))));

/** Removes all that is kept of a device. */
export async function drop(id) {
  await within("readwrite", (devices, lines) => {
    const own = lines.index(OF_DEVICE).getAllKeys(id);
    own.onsuccess = () => own.result.forEach((key) => lines.delete(key));
    return ended(devices.delete(id));
  });
  await ended(indexedDB.deleteDatabase(storeName(id)));
}

const storeName = (id) => `relay-${id}`;
const lockName = (id) => `${NAME}-${id}`;

/** Which device this tab is, if it is one. A tab that is duplicated says the same as the first. */
export const current = () => sessionStorage.getItem(NAME);
export const become = (id) => sessionStorage.setItem(NAME, id);
export const leave = () => sessionStorage.removeItem(NAME);

/** Takes the device for as long as this page is there: `false` at once if another tab has it and nobody wants to `wait`. */
export const claim = (id, { wait }) =>
  new Promise((resolve, reject) => {
    const hold = (lock) => {
      resolve(lock !== null);
      return lock && new Promise(() => {});
    };
    navigator.locks.request(lockName(id), { ifAvailable: !wait }, hold).catch(reject);
  });

/** Devices of this browser that are active and that no tab uses. */
export async function free() {
  const { held } = await navigator.locks.query();
  const taken = held.map(({ name }) => name);
  const all = await within("readonly", (devices) => ended(devices.getAll()));
  return all.filter(({ id, state }) => state === "active" && !taken.includes(lockName(id)));
}

/**
 * The client's store, which also keeps what this device wrote: the hub does not send that back. A line is in the queue first;
 * one that a crash left in the queue alone is taken from there when the store is opened.
 */
export class Notebook extends IndexedDbStore {
  #device;
  #heard;

  /** @param heard is told of the device's lines (`id`, `device`, `body`, `waiting`), before they are sent */
  constructor(device, heard) {
    super(storeName(device));
    this.#device = device;
    this.#heard = heard;
  }

  #line({ id, body }) {
    return { id, device: this.#device, body };
  }

  async open() {
    const kept = await super.open();
    await keepLines(kept.queue.map((event) => this.#line(event)));
    const waiting = new Set(kept.queue.map(({ id }) => id));
    for (const line of await ownLines(this.#device)) this.#heard({ ...line, waiting: waiting.has(line.id) });
    return kept;
  }

  async add(event) {
    await super.add(event);
    const line = this.#line(event);
    await keepLines([line]);
    this.#heard({ ...line, waiting: true });
  }
}
