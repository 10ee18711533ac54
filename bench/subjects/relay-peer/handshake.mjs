// Who is who, and which keys follow ("Handshake" and "Rotation" of the protocol), by WebCrypto.
import { base64url, fromBase64url, join, number, sha256, uuid } from "./bytes.mjs";
import { Fault } from "./rules.mjs";

const { subtle } = crypto;

let known;

/** The server's identity, imported once per isolate. */
export function identity(env) {
  return (known ??= (async () => {
    const raw = fromBase64url(env.RELAY_PUBLIC_KEY);
    const secret = await subtle.importKey("pkcs8", fromBase64url(env.RELAY_PRIVATE_KEY), "Ed25519", false, ["sign"]);
    const name = (await sha256(raw)).subarray(0, 8).toHex();
    return { secret, name, text: env.RELAY_PUBLIC_KEY };
  })());
}

/** A fresh key pair and nonce, and what is shared with the other side by them. */
async function agree(theirs) {
  const pair = await subtle.generateKey("X25519", false, ["deriveBits"]);
  const ephemeral = new Uint8Array(await subtle.exportKey("raw", pair.publicKey));
  const nonce = crypto.getRandomValues(new Uint8Array(32));
  try {
    const key = await subtle.importKey("raw", theirs, "X25519", false, []);
    const shared = new Uint8Array(await subtle.deriveBits({ name: "X25519", public: key }, pair.privateKey, 256));
    if (shared.every((byte) => byte === 0)) throw new Error("a point of small order");
    return { ephemeral, nonce, shared };
  } catch {
    throw new Fault(4006, "ephemeral: no agreement with that key");
  }
}

/** Raw keys of both directions. */
async function expand(salt, shared, h2) {
  const secret = await subtle.importKey("raw", shared, "HKDF", false, ["deriveBits"]);
  const key = async (direction) => {
    const info = join(`witness relay 1 ${direction}\0`, h2);
    return new Uint8Array(await subtle.deriveBits({ name: "HKDF", hash: "SHA-256", salt, info }, secret, 256));
  };
  return { up: await key("up"), down: await key("down") };
}

/** The answer to a client's hello, and what has to be remembered until it proves who it is. */
export async function greet(text, hello, env) {
  const version = Math.max(...hello.versions.filter((one) => one === 1));
  if (version !== 1) throw new Fault(4005, "no common version");
  const { secret, name } = await identity(env);
  const { ephemeral, nonce, shared } = await agree(fromBase64url(hello.ephemeral));
  const sent = join(text);
  const partial = join(number(version, 4), ephemeral, nonce);
  const h1 = await sha256(join("witness relay 1 hello\0", number(sent.length, 4), sent, partial));
  const signature = new Uint8Array(await subtle.sign("Ed25519", secret, join("witness relay 1 server\0", h1)));
  const fields = { ephemeral: base64url(ephemeral), nonce: base64url(nonce), key: name, signature: base64url(signature) };
  return { answer: JSON.stringify({ type: "hello", version, ...fields }), remembered: { h1, shared } };
}

/** Checks a device's signature; gives the keys of its connection. */
export async function prove({ h1, shared }, frame, publicKey) {
  const place = frame.epoch === undefined ? new Uint8Array(24) : join(fromBase64url(frame.epoch), number(frame.offset, 8));
  const h2 = await sha256(join("witness relay 1 client\0", h1, uuid(frame.account), uuid(frame.device), place));
  const key = await subtle.importKey("raw", fromBase64url(publicKey), "Ed25519", false, ["verify"]);
  const message = join("witness relay 1 device\0", h2);
  if (!(await subtle.verify("Ed25519", key, fromBase64url(frame.signature), message))) throw new Fault(4002, "signature");
  return { h2, ...(await expand(h1, shared, h2)) };
}

/** New keys for a connection, and the frame that tells the client how to make them. */
export async function renew(h2, frame) {
  const [theirs, theirNonce] = [fromBase64url(frame.ephemeral), fromBase64url(frame.nonce)];
  const { ephemeral, nonce, shared } = await agree(theirs);
  const salt = await sha256(join("witness relay 1 rekey\0", h2, theirNonce, nonce, theirs, ephemeral));
  const answer = JSON.stringify({ type: "rekeyed", ephemeral: base64url(ephemeral), nonce: base64url(nonce) });
  return { answer, keys: await expand(salt, shared, h2) };
}
