// The store of a browser. A page that opens it holds it until it closes: another one waits for its turn, so that no two
// pages send in the name of one device.
import type { Cursor, Entry } from "./frames.ts";
import type { Kept, Queued, Store } from "./store.ts";

const QUEUE = "queue";
const ENTRIES = "entries";
const META = "meta";
const CURSOR = "cursor";

/** The end of a request. */
const ended = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("the database failed"));
  });

/** The end of a transaction: what it wrote is on disk. */
const committed = (transaction: IDBTransaction): Promise<void> =>
  new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error ?? new Error("the transaction was aborted"));
  });

/** Does something with the event of that id, if it is in the queue. */
function found(transaction: IDBTransaction, id: string, then: (queue: IDBObjectStore, key: IDBValidKey) => void): void {
  const queue = transaction.objectStore(QUEUE);
  const finding = queue.index("id").getKey(id);
  finding.onsuccess = () => {
    if (finding.result !== undefined) then(queue, finding.result);
  };
}

export class IndexedDbStore implements Store {
  readonly #name: string;
  #database: IDBDatabase | undefined;
  #release: (() => void) | undefined;

  /** @param name of the database: one for each device, e.g. `relay-<device>` */
  constructor(name: string) {
    this.#name = name;
  }

  /** Waits until no other page has it open. */
  async open(): Promise<Kept> {
    await new Promise<void>((resolve, reject) => {
      const held = new Promise<void>((release) => {
        this.#release = release;
      });
      navigator.locks
        .request(this.#name, () => {
          resolve();
          return held;
        })
        .catch(reject);
    });
    const opening = indexedDB.open(this.#name, 1);
    opening.onupgradeneeded = () => {
      const database = opening.result;
      database.createObjectStore(QUEUE, { autoIncrement: true }).createIndex("id", "id", { unique: true });
      database.createObjectStore(ENTRIES, { autoIncrement: true });
      database.createObjectStore(META);
    };
    this.#database = await ended(opening);
    const transaction = this.#database.transaction([QUEUE, META]);
    const [queue, cursor] = await Promise.all([
      ended<Queued[]>(transaction.objectStore(QUEUE).getAll()),
      ended<Cursor | undefined>(transaction.objectStore(META).get(CURSOR)),
    ]);
    return { queue, cursor };
  }

  /** What was received and is still here, in order. */
  async entries(): Promise<Entry[]> {
    return ended<Entry[]>(this.#need().transaction(ENTRIES).objectStore(ENTRIES).getAll());
  }

  /** Removes what was received; the cursor stays. */
  clear(): Promise<void> {
    return this.#write([ENTRIES], (transaction) => transaction.objectStore(ENTRIES).clear());
  }

  add(event: Queued): Promise<void> {
    return this.#write([QUEUE], (transaction) => transaction.objectStore(QUEUE).add(event));
  }

  number(events: Queued[]): Promise<void> {
    return this.#write([QUEUE], (transaction) => {
      for (const event of events) found(transaction, event.id, (queue, key) => queue.put(event, key));
    });
  }

  remove(ids: string[], cursor?: Cursor): Promise<void> {
    return this.#write([QUEUE, META], (transaction) => {
      for (const id of ids) found(transaction, id, (queue, key) => queue.delete(key));
      if (cursor) transaction.objectStore(META).put(cursor, CURSOR);
    });
  }

  keep(entries: Entry[], cursor: Cursor): Promise<void> {
    return this.#write([ENTRIES, META], (transaction) => {
      for (const entry of entries) transaction.objectStore(ENTRIES).add(entry);
      transaction.objectStore(META).put(cursor, CURSOR);
    });
  }

  async close(): Promise<void> {
    this.#database?.close();
    this.#database = undefined;
    this.#release?.();
  }

  #need(): IDBDatabase {
    if (!this.#database) throw new Error("the store is not open");
    return this.#database;
  }

  /** All that is asked for in `ask`, or nothing of it: what cannot even be asked for would leave the rest to be written. */
  async #write(stores: string[], ask: (transaction: IDBTransaction) => void): Promise<void> {
    const transaction = this.#need().transaction(stores, "readwrite");
    const end = committed(transaction);
    try {
      ask(transaction);
    } catch (error) {
      transaction.abort();
      await end.catch(() => undefined);
      throw error;
    }
    await end;
  }
}
