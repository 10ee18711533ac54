// The relay's peer: the protocol of docs/relay.md as one would write it with partyserver. See ../../README.md for what it
// leaves out.
import { identity } from "./handshake.mjs";

export { Relay } from "./relay.mjs";

const PROTOCOL = "witness.relay.v1";

export default {
  async fetch(request, env) {
    const url = new URL(request.url);
    if (url.pathname === "/health") return Response.json({ status: "ok" });
    if (url.pathname === "/api/v1/relay") {
      const { text } = await identity(env);
      return Response.json({ versions: [1], keys: [{ public_key: text }] });
    }
    if (url.pathname !== "/api/v1/relay/connect") return new Response("not found", { status: 404 });
    const account = url.searchParams.get("account");
    if (!account || request.headers.get("upgrade")?.toLowerCase() !== "websocket") return new Response(null, { status: 400 });
    if (request.headers.get("sec-websocket-protocol") !== PROTOCOL) return new Response(null, { status: 400 });
    const { webSocket } = await env.RELAY.getByName(account).fetch(request);
    return new Response(null, { status: 101, webSocket, headers: { "sec-websocket-protocol": PROTOCOL } });
  },
};
