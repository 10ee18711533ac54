// A way between devices and the Worker that can be cut: at once, with a reset, or in the middle of what is on its way.
import { connect, createServer } from "node:net";

/** So many milliseconds a tear waits for something that could be torn. */
const PATIENCE = 2_000;

export class Proxy {
  #server = createServer((client) => this.#accept(client));
  #pairs = new Set();
  #target;
  /** Cuts that happened, by kind. */
  cuts = {};

  async listen() {
    await new Promise((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    this.url = `http://127.0.0.1:${this.#server.address().port}`;
    return this;
  }

  /** Where new connections lead: the Worker may have come back at another port. */
  set target(url) {
    const { hostname, port } = new URL(url);
    this.#target = { host: hostname, port: Number(port) };
  }

  #accept(client) {
    const upstream = connect(this.#target);
    const pair = { client, upstream, torn: undefined };
    this.#pairs.add(pair);
    this.#carry(pair, "up", client, upstream);
    this.#carry(pair, "down", upstream, client);
  }

  #carry(pair, direction, from, to) {
    from.setNoDelay(true);
    from.on("data", (chunk) => {
      const { torn } = pair;
      if (torn?.direction === direction && chunk.length > 1) {
        pair.torn = undefined;
        const part = chunk.subarray(0, Math.max(1, Math.min(chunk.length - 1, Math.floor(chunk.length * torn.share))));
        to.write(part, () => this.#end(pair, "destroy"));
        torn.done();
      } else if (!to.write(chunk)) {
        from.pause();
        to.once("drain", () => from.resume());
      }
    });
    from.on("error", () => {});
    from.on("end", () => to.end());
    from.on("close", () => this.#end(pair, "destroy"));
  }

  #end(pair, how) {
    if (!this.#pairs.delete(pair)) return;
    for (const socket of [pair.client, pair.upstream]) socket[how]();
    pair.torn?.failed();
  }

  /**
   * Cuts one of the connections that are there: `kind` is `cut`, `reset`, `torn up` or `torn down`; `which` and `share`, at
   * least 0 and less than 1, choose the connection and the place. Whether it happened: nothing may be on its way that could
   * be torn.
   */
  async cut(kind, which, share) {
    const pairs = [...this.#pairs].filter(({ upstream, torn }) => !upstream.connecting && !torn);
    const pair = pairs[Math.floor(which * pairs.length)];
    if (!pair) return false;
    let happened = true;
    if (kind.startsWith("torn")) {
      happened = await new Promise((resolve) => {
        pair.torn = { direction: kind.slice(5), share, done: () => resolve(true), failed: () => resolve(false) };
        setTimeout(() => {
          pair.torn = undefined;
          resolve(false);
        }, PATIENCE);
      });
    } else {
      this.#end(pair, kind === "reset" ? "resetAndDestroy" : "destroy");
    }
    if (happened) this.cuts[kind] = (this.cuts[kind] ?? 0) + 1;
    return happened;
  }

  close() {
    for (const pair of this.#pairs) this.#end(pair, "destroy");
    this.#server.close();
  }
}
