// Real sockets for the server of the tests: as much of RFC 6455 as text frames between a client and a server need.
import { createHash } from "node:crypto";

const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"; // RFC 6455, section 1.3

/** An unmasked frame, as a server sends them. */
function frame(opcode, payload) {
  const { length } = payload;
  const head = Buffer.alloc(length < 126 ? 2 : length < 65536 ? 4 : 10);
  head[0] = 0x80 | opcode;
  head[1] = length < 126 ? length : length < 65536 ? 126 : 127;
  if (head.length === 4) head.writeUInt16BE(length, 2);
  if (head.length === 10) head.writeBigUInt64BE(BigInt(length), 2);
  return Buffer.concat([head, payload]);
}

/** The first frame of what came, and what follows it; nothing if it is not whole. */
function parse(bytes) {
  if (bytes.length < 6) return undefined;
  const short = bytes[1] & 0x7f;
  const at = short === 126 ? 4 : short === 127 ? 10 : 2;
  if (bytes.length < at + 4) return undefined;
  const length = short === 126 ? bytes.readUInt16BE(2) : short === 127 ? Number(bytes.readBigUInt64BE(2)) : short;
  const end = at + 4 + length;
  if (bytes.length < end) return undefined;
  const payload = Buffer.from(bytes.subarray(at + 4, end));
  for (const [index, byte] of payload.entries()) payload[index] = byte ^ bytes[at + (index % 4)];
  return { opcode: bytes[0] & 15, payload, rest: bytes.subarray(end) };
}

/** Lets clients connect to the relay's server of the tests by way of an HTTP server. */
export function attach(http, server) {
  http.on("upgrade", (request, socket) => {
    const { "sec-websocket-key": key, "sec-websocket-protocol": protocol } = request.headers;
    const accept = createHash("sha1").update(key + GUID).digest("base64");
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
      `Sec-WebSocket-Accept: ${accept}\r\nSec-WebSocket-Protocol: ${protocol}\r\n\r\n`);
    const session = server.accept({
      onmessage: ({ data }) => socket.writable && socket.write(frame(1, Buffer.from(data))),
      onclose: ({ code }) => {
        if (code === 1006) return socket.destroy();
        const payload = Buffer.alloc(2);
        payload.writeUInt16BE(code);
        return socket.writable && socket.end(frame(8, payload));
      },
    });
    session.url = request.url;
    let bytes = Buffer.alloc(0);
    socket.on("data", (chunk) => {
      bytes = Buffer.concat([bytes, chunk]);
      for (let next = parse(bytes); next; next = parse(bytes)) {
        bytes = next.rest;
        if (next.opcode === 1) session.arrive(next.payload.toString());
        if (next.opcode === 8) {
          session.end(next.payload.length > 1 ? next.payload.readUInt16BE(0) : 1005);
          socket.end(frame(8, next.payload.subarray(0, 2)));
        }
      }
    });
    socket.on("error", () => session.end(1006));
    socket.on("close", () => session.end(1006));
  });
}
