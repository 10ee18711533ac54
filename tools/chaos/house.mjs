// The Worker that is put to the test, on a disk that outlives its process: Witness as it would be deployed, or the peer of
// the bench, which keeps to the same protocol.
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { confirm, makeKeys, publicKey, register } from "../../clients/js/src/index.ts";
import { makeIdentity } from "../../bench/lib/relay/identity.mjs";
import { rows } from "../../bench/lib/relay/people.mjs";
import { evict, relayOptions } from "../../bench/lib/relay/subjects.mjs";
import { databaseFile, migrate } from "../../bench/lib/seed.mjs";
import { houseConfig, modulesOf } from "../../bench/lib/subjects.mjs";
import { startWorker } from "../../bench/lib/worker.mjs";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** Hubs that had no idle moment when they were to be evicted: so many are a machine at its limits, more are a defect. */
const MOST_BUSY = 3;
const PASSWORD = "correct horse battery staple";

export class House {
  #worker;
  /** Evictions that were waited for in vain. */
  busy = 0;
  #identity = makeIdentity();
  #options;

  /** `state` is the folder of its disk; `onError` hears what the runtime complains of. */
  constructor(subject, state, onError) {
    Object.assign(this, { subject, state, onError });
  }

  get url() {
    return this.#worker.url;
  }

  /** The key that its devices pin. */
  get pinned() {
    return this.#identity.pinned;
  }

  async start() {
    if (!this.#options) await this.#prepare();
    const { subject, state, onError } = this;
    this.#worker = await startWorker({ name: subject, options: this.#options, state, onError });
  }

  async #prepare() {
    const secrets = Object.fromEntries(["JWT_SECRET", "CURSOR_SECRET", "VAULT_KEY"].map((name) => [name, randomBytes(32).toString("base64url")]));
    const modules = this.subject === "witness" ? modulesOf(join(ROOT, "out")) : undefined;
    // The relay's own limits are in force; those of requests and handshakes are not what is tested.
    const limits = { LIMIT_SCALE: "100000" };
    this.#options = await relayOptions(this.subject, { config: houseConfig(), modules, secrets, identity: this.#identity, limits });
    await this.start();
    await (await this.#worker.miniflare.getD1Database("DB")).prepare("SELECT 1").run();
    await this.stop();
    migrate(databaseFile(this.state), join(ROOT, "migrations"));
  }

  /** The process is gone at once, and with it what it had in memory. It is the caller's to start it again. */
  async kill() {
    const { pid, miniflare } = this.#worker;
    const gone = new Promise((resolve) => {
      const look = () => {
        try {
          process.kill(pid, 0);
          setTimeout(look, 5);
        } catch {
          resolve();
        }
      };
      process.kill(pid, "SIGKILL");
      look();
    });
    await gone;
    await miniflare.dispose().catch(() => {});
  }

  /** Whether the hub was in memory, and was taken out of it. Where that fails again and again, something holds hubs there. */
  async evict(account, sockets) {
    const outcome = await evict(this.#worker, this.subject, account, sockets);
    if (outcome === "busy" && (this.busy += 1) > MOST_BUSY) throw new Error("hubs cannot be taken out of memory");
    return outcome === "evicted";
  }

  stop() {
    return this.#worker.stop();
  }

  /** People with so many active devices each: `{ account, devices: [{ device, keys }] }`. */
  people(users, devices) {
    const one = this.subject === "witness" ? () => this.#registered(devices) : () => this.#inserted(devices);
    return Promise.all(Array.from({ length: users }, one));
  }

  async #post(path, body) {
    const answer = await fetch(`${this.url}/api/v1/${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`POST ${path}: ${answer.status} ${text}`);
    return text === "" ? undefined : JSON.parse(text);
  }

  /** By the API, as people do it: the first device is active at once, and lets the others in. */
  async #registered(count) {
    const email = `${randomBytes(12).toString("hex")}@example.com`;
    await this.#post("auth/register", { email, password: PASSWORD });
    const { access_token: token, user_id: account } = await this.#post("auth/login", { email, password: PASSWORD });
    const api = { url: this.url, token };
    const devices = [];
    for (let number = 0; number < count; number += 1) {
      const keys = await makeKeys();
      const { device, pairing_code } = await register(api, keys, `Device ${number}`, "Chaos");
      const [first] = devices;
      if (first) await confirm(api, { account, ...first }, pairing_code, device);
      devices.push({ device: device.id, keys });
    }
    return { account, devices };
  }

  async #inserted(count) {
    const devices = [];
    for (let number = 0; number < count; number += 1) {
      const keys = await makeKeys();
      devices.push({ device: crypto.randomUUID(), keys, publicKey: await publicKey(keys) });
    }
    const person = { account: crypto.randomUUID(), devices };
    const database = await this.#worker.miniflare.getD1Database("DB");
    await database.batch(rows([person]).map(([sql, values]) => database.prepare(sql).bind(...values)));
    return person;
  }
}
