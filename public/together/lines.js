// The list that all devices write to. Its order is the devices' own, the same on each of them: a line's time is that of the
// clock of who wrote it, moved behind every line that was there before. The server's order would not do: a device is not told
// the places of all lines that it wrote while it was away.
import { byId, clock, make } from "./dom.js";
import { open, seal } from "./seal.js";

const before = (one, other) => one.at - other.at || (one.id < other.id ? -1 : 1);

export class Lines {
  #device;
  #all = new Map();
  #sorted = [];
  #latest = 0;
  #named;

  /** @param named is told the name that a device gives itself in its lines */
  constructor(device, named) {
    this.#device = device;
    this.#named = named;
  }

  /** What is to be sent for a text, later than every line that is known here. */
  async write(text) {
    const at = (this.#latest = Math.max(Date.now(), this.#latest + 1));
    const { account, id: device, name, seals } = this.#device;
    return seal(seals[0], { account, device }, { text, name, at });
  }

  /** A line of this device, waiting or not, or of another one; each is shown once. */
  async hear({ id, device, body, waiting, at }) {
    if (this.#all.has(id)) return;
    const line = { id, device, body, waiting, heardAt: at ?? Date.now() };
    this.#all.set(id, line);
    await this.#unlock(line);
  }

  /** The server has kept these lines. */
  kept(ids) {
    for (const id of ids) {
      const line = this.#all.get(id);
      if (!line) continue;
      line.waiting = false;
      if (line.element) this.#describe(line);
    }
  }

  /** There is another passphrase: what is locked may open. */
  async retry() {
    for (const line of this.#all.values()) if (!line.said) await this.#unlock(line);
  }

  async #unlock(line) {
    line.said = await open(this.#device.seals, { account: this.#device.account, device: line.device }, line.body);
    line.at = line.said?.at ?? line.heardAt;
    if (line.said) this.#latest = Math.max(this.#latest, line.at);
    this.#named(line.device, line.said?.name);
    line.element?.remove();
    this.#sorted = this.#sorted.filter((other) => other !== line);
    this.#place(line);
  }

  #place(line) {
    line.element = make("li", "", { "data-line": line.id });
    line.element.append(make("p", line.said?.text ?? "Locked: written with another passphrase.", { class: "text" }));
    line.element.append(make("p", "", { class: "about-line" }));
    this.#describe(line);
    const next = this.#sorted.find((other) => before(line, other) < 0);
    this.#sorted.splice(next ? this.#sorted.indexOf(next) : this.#sorted.length, 0, line);
    const log = byId("log");
    const atEnd = log.scrollTop + log.clientHeight >= log.scrollHeight - 40;
    byId("lines").insertBefore(line.element, next?.element ?? null);
    if (atEnd) log.scrollTop = log.scrollHeight;
  }

  #describe({ element, device, waiting, said, at }) {
    const own = device === this.#device.id;
    const where = own ? "this device" : (said?.name ?? "another device");
    const state = own ? (waiting ? "waiting" : "kept") : "";
    element.dataset.state = said ? state || "received" : "locked";
    element.lastChild.textContent = [where, said && clock(at), state].filter(Boolean).join(" · ");
  }
}
