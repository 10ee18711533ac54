// The person's devices: who is there, letting another one in, shutting one out.
import { confirm, findPairing } from "./assets/relay.js";
import * as api from "./api.js";
import { busy, button, byId, clock, grouped, make, say } from "./dom.js";
import { signIn } from "./entry.js";
import * as tabs from "./tabs.js";
import { PRESENCE } from "./words.js";

export class Devices {
  #device;
  #presence = new Map();
  #connected = false;
  #unknown = new Set();
  #rows = new Map();
  #asks;
  #signing = false;

  constructor(device) {
    this.#device = device;
    const own = make("li", "", { "data-device": device.id });
    own.append(make("span", `${device.name} (this device)`));
    byId("devices").append(own);
    byId("finding").addEventListener("submit", () => this.#find());
    byId("confirm").addEventListener("click", () => this.#confirm());
    byId("refuse").addEventListener("click", () => this.#ask(undefined));
    this.#show();
    void this.#needSession();
  }

  /** Without a token the person can write and read, and change no device. */
  async #needSession() {
    byId("pairing").hidden = !api.account();
    if (api.account() || this.#signing) return;
    this.#signing = true;
    this.#show();
    const section = byId("signin");
    const why = make("p", "This tab holds no token: it writes and reads with its own key. To change devices, sign in.");
    byId("known").hidden = true;
    byId("slot").replaceChildren(why, section);
    section.hidden = false;
    await signIn(this.#device.account);
    section.hidden = true;
    why.remove();
    this.#signing = false;
    byId("pairing").hidden = false;
    await this.#try(() => this.#look());
  }

  /** Does something that needs a token; says what was wrong. */
  async #try(task) {
    try {
      say();
      return await task();
    } catch (error) {
      say(api.words(error), true);
      if (!api.account()) void this.#needSession();
      return undefined;
    }
  }

  /** A device has that name. */
  named(id, name) {
    const { names } = this.#device;
    if (id === this.#device.id || !name || names[id] === name) return;
    names[id] = name;
    void tabs.keep(this.#device);
    this.#show();
  }

  connection(connected) {
    this.#connected = connected;
    this.#presence.clear();
    this.#show();
  }

  /** Somebody came, went, or is there or not. */
  present({ device, state, last_seen: seen }) {
    this.#presence.set(device, { state, seen });
    this.#show();
    if (this.#device.names[device] || this.#unknown.has(device) || !api.account()) return;
    this.#unknown.add(device); // asked for once, as calls are counted; lines tell names too
    this.#look().catch(() => undefined);
  }

  name(id) {
    return this.#device.names[id] ?? "Another device";
  }

  /** A device was shut out or forgotten. */
  gone(id) {
    this.#presence.delete(id);
    delete this.#device.names[id];
    void tabs.keep(this.#device);
    this.#show();
  }

  /** Which devices there are, by name. */
  async #look() {
    const active = (await api.devices()).filter(({ id, state }) => state === "active" && id !== this.#device.id);
    this.#device.names = Object.fromEntries(active.map(({ id, name }) => [id, name]));
    await tabs.keep(this.#device);
    this.#show();
  }

  /** Forgets this device, at the server too unless it has ended there. */
  async forget(ended, close) {
    const done = await this.#try(async () => {
      if (!ended && !api.account()) throw new Error("Sign in first: the server has to forget this device too.");
      if (!ended) await api.remove(this.#device.id);
      await close();
      await tabs.drop(this.#device.id);
      tabs.leave();
      return true;
    });
    if (done) location.reload();
  }

  /** Rows stay where they are while what they say changes: somebody may be about to press a button. */
  #show() {
    const ids = new Set([...Object.keys(this.#device.names), ...this.#presence.keys()]);
    for (const [id, { row }] of this.#rows) {
      if (ids.has(id)) continue;
      row.remove();
      this.#rows.delete(id);
    }
    for (const id of ids) this.#describe(id);
  }

  #describe(id) {
    if (!this.#rows.has(id)) {
      const row = make("li", "", { "data-device": id });
      const [name, words] = [make("span"), make("span", "", { class: "more" })];
      const out = button("Shut out", () => this.#shutOut(id));
      row.append(name, words, out);
      byId("devices").append(row);
      this.#rows.set(id, { row, name, words, out });
    }
    const { row, name, words, out } = this.#rows.get(id);
    const { state, seen } = this.#presence.get(id) ?? { state: "offline" };
    const since = state === "offline" && seen ? ` since ${clock(seen)}` : "";
    name.textContent = this.name(id);
    words.textContent = this.#connected ? PRESENCE[state] + since : "not known while offline";
    row.dataset.presence = this.#connected ? state : "unknown";
    out.setAttribute("aria-label", `Shut out ${this.name(id)}`);
    out.hidden = !api.account();
  }

  #shutOut(id) {
    return this.#try(async () => {
      await api.revoke(id);
      this.gone(id);
    });
  }

  #find() {
    const code = byId("typed").value;
    const find = async () => this.#ask(await api.signed((access) => findPairing(access, code)), code);
    return busy(byId("finding"), () => this.#try(find));
  }

  #ask(device, code) {
    this.#asks = device && { device, code };
    byId("asks").hidden = !device;
    if (!device) return;
    const where = device.platform ? ` on ${device.platform}` : "";
    byId("who").textContent = `“${device.name}”${where} asks to be let in. Its fingerprint:`;
    byId("theirs").textContent = grouped(device.fingerprint);
    byId("confirm").focus();
  }

  #confirm() {
    const { device, code } = this.#asks;
    const { account, id, keys } = this.#device;
    return busy(byId("asks"), () =>
      this.#try(async () => {
        const added = await api.signed((access) => confirm(access, { account, device: id, keys }, code, device));
        this.#ask(undefined);
        byId("finding").reset();
        this.named(added.id, added.name);
        say(`“${added.name}” is in.`);
      }),
    );
  }
}
