// Whole steps of a request done on this side of the border: each crossing between Wasm and JavaScript costs more
// than what is done here. See glue.rs for what is promised.

// Lines: the method, the address, and one for each name asked: empty when there is no such header, else "=" and
// its value. No method, address or value has a line break in it (RFC 9110 sections 5.5 and 9.1).
export function describe(request, names) {
  const headers = request.headers;
  let text = request.method + "\n" + request.url;
  for (const name of names) {
    const value = headers.get(name);
    text += value === null ? "\n" : "\n=" + value;
  }
  return text;
}

// `headers` are lines, name and value in turn; a cookie each has a header of its own. The bytes are copied: they lie in memory that Wasm uses again.
export function respond(status, headers, text, bytes) {
  return response(status, headers, text ?? bytes?.slice() ?? null);
}

function response(status, headers, body) {
  const lines = headers.split("\n");
  const init = {};
  const cookies = [];
  for (let at = 0; at + 1 < lines.length; at += 2) {
    if (lines[at] === "set-cookie") cookies.push(lines[at + 1]);
    else init[lines[at]] = lines[at + 1];
  }
  const response = new Response(body, { status, headers: init });
  for (const cookie of cookies) response.headers.append("set-cookie", cookie);
  return response;
}

// A body that is written bit by bit while it is read. The platform's own kind of stream: it lets go of whoever writes
// when the client does.
export class Outflow {
  #stream = new IdentityTransformStream();
  #writer = this.#stream.writable.getWriter();

  respond(status, headers) {
    return response(status, headers, this.#stream.readable);
  }

  // Settles when it was read; refused once nobody reads any more.
  write(text) {
    return this.#writer.write(new TextEncoder().encode(text));
  }

  close() {
    return this.#writer.close();
  }
}

// The body, or null as soon as it proves longer than `limit` bytes. The rest is cancelled without waiting for that:
// it may take until the client has sent it all.
export async function readBody(request, limit, declared) {
  if (request.body === null) return new Uint8Array();
  if (declared) {
    const buffer = await request.arrayBuffer();
    return buffer.byteLength > limit ? null : new Uint8Array(buffer);
  }
  const reader = request.body.getReader();
  const chunks = [];
  let length = 0;
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    length += next.value.byteLength;
    if (length > limit) {
      reader.cancel().catch(() => {});
      return null;
    }
    chunks.push(next.value);
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.byteLength;
  }
  return whole;
}
