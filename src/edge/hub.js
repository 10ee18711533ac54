// The sockets, the storage and the alarm of one hub, by numbers and texts: each crossing between Wasm and JavaScript
// costs more than what is done here. See hub.rs for what is promised.

const OPEN = 1;
/** A ticket begins with the number of its line. */
const lineOf = (ticket) => Number.parseInt(ticket, 10);
const reason = (thrown) => console.error(`hub: ${thrown?.message ?? thrown}`);

export class Lines {
  #context;
  #sockets = new Map();
  #lines = new WeakMap();
  #fixed = new Map();

  constructor(context) {
    this.#context = context;
  }

  /** What is attached to each socket that is open; from now on they are known by their lines. */
  attached() {
    const tickets = [];
    for (const socket of this.#context.getWebSockets()) {
      const ticket = socket.readyState === OPEN ? socket.deserializeAttachment() : null;
      if (!ticket) continue;
      this.#know(lineOf(ticket), socket, ticket.slice(0, ticket.lastIndexOf(" ")));
      tickets.push(ticket);
    }
    return tickets;
  }

  /** Accepts a socket as that line; the response that opens it. */
  accept(line, protocol) {
    const [client, server] = Object.values(new WebSocketPair());
    this.#context.acceptWebSocket(server);
    this.#know(line, server);
    return new Response(null, { status: 101, webSocket: client, headers: { "sec-websocket-protocol": protocol } });
  }

  #know(line, socket, fixed = "") {
    this.#sockets.set(line, socket);
    this.#lines.set(socket, line);
    this.#fixed.set(line, fixed);
  }

  /** The line of a socket; -1 for one that was ended. */
  line(socket) {
    return this.#lines.get(socket) ?? lineOf(socket.deserializeAttachment() ?? "-1");
  }

  attach(line, fixed, moving) {
    if (fixed !== undefined) this.#fixed.set(line, fixed);
    this.#sockets.get(line)?.serializeAttachment(`${this.#fixed.get(line)} ${moving}`);
  }

  // One that is gone is heard of by its closing.
  send(line, text) {
    try {
      this.#sockets.get(line)?.send(text);
    } catch {}
  }

  hangUp(line, code, why) {
    const socket = this.#sockets.get(line);
    if (!socket) return;
    this.forget(socket);
    try {
      socket.close(code, why);
    } catch {}
  }

  /** The socket is no line any more. */
  forget(socket) {
    const line = this.line(socket);
    this.#sockets.delete(line);
    this.#fixed.delete(line);
    this.#lines.delete(socket);
    try {
      socket.serializeAttachment(null);
    } catch {}
  }

  /**
   * Answers a client's goodbye (RFC 6455 section 5.5.1); without that it waits for its own patience to end. Of a socket
   * that broke (1006) nobody waits, and an answer to it would keep the object in memory.
   */
  answer(socket, code) {
    if (code === 1006) return;
    try {
      socket.close(code === 1000 || code >= 3000 ? code : 1000);
    } catch {}
  }

  run(sql, values) {
    return this.#context.storage.sql.exec(sql, ...values).raw().toArray();
  }

  alarm() {
    return this.#context.storage.getAlarm();
  }

  // Nobody waits for these: nothing is sent before they are on disk.
  setAlarm(at) {
    this.#context.storage.setAlarm(at).catch(reason);
  }

  wipe() {
    const { storage } = this.#context;
    Promise.all([storage.deleteAlarm(), storage.deleteAll()]).catch(reason);
  }
}
