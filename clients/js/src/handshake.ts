// The handshake: both sides show who they are, and agree on keys that nobody else has. WebCrypto does the cryptography;
// what is hashed and signed is in the protocol's section of that name.
import { decode, encode } from "./base64url.ts";
import { type Bytes, join, u32, u64, uuid } from "./bytes.ts";
import { CODES, Fault } from "./closing.ts";
import { type Cursor, read } from "./frames.ts";

/** The versions of the protocol that this client speaks. */
export const VERSIONS: readonly number[] = [1];

const crypto = globalThis.crypto.subtle;
const sha256 = async (bytes: Bytes): Promise<Bytes> => new Uint8Array(await crypto.digest("SHA-256", bytes));

/** A fresh key and a nonce, made for one agreement. */
export interface Share {
  pair: CryptoKeyPair;
  nonce: Bytes;
}

/** What the client's hello said, and what is needed to go on after the server's. */
export interface Greeting {
  text: string;
  share: Share;
  versions: readonly number[];
}

/** What both sides have after their hellos. */
export interface Agreed {
  version: number;
  h1: Bytes;
  shared: Bytes;
}

/** The keys of a connection, a tag's key for each direction, and the transcript that they belong to. */
export interface Keys {
  h2: Bytes;
  up: CryptoKey;
  down: CryptoKey;
}

export async function makeShare(): Promise<Share> {
  const pair = (await crypto.generateKey("X25519", false, ["deriveBits"])) as CryptoKeyPair;
  return { pair, nonce: globalThis.crypto.getRandomValues(new Uint8Array(32)) };
}

/** The fields of an agreement as a frame has them. */
export async function publish({ pair, nonce }: Share): Promise<{ ephemeral: string; nonce: string }> {
  const ephemeral = new Uint8Array(await crypto.exportKey("raw", pair.publicKey));
  return { ephemeral: encode(ephemeral), nonce: encode(nonce) };
}

/** The client's hello. Its text is signed by the server as it was sent, so it is made once and kept. */
export async function greet(share: Share, versions: readonly number[] = VERSIONS): Promise<Greeting> {
  return { text: JSON.stringify({ type: "hello", versions, ...(await publish(share)) }), share, versions };
}

/** X25519 (RFC 7748). A result of zeros only is refused: the other side's key was of small order (section 6.1). */
export async function agree(privateKey: CryptoKey, theirs: Bytes): Promise<Bytes> {
  let shared: Bytes;
  try {
    const key = await crypto.importKey("raw", theirs, "X25519", false, []);
    shared = new Uint8Array(await crypto.deriveBits({ name: "X25519", public: key }, privateKey, 256));
  } catch {
    throw new Fault(CODES.rule, "no agreement with that key");
  }
  if (shared.every((byte) => byte === 0)) throw new Fault(CODES.rule, "no agreement with that key");
  return shared;
}

/** How a server's hello names its identity key: the first 8 bytes of its SHA-256, hexadecimal. */
export async function keyName(key: Bytes): Promise<string> {
  const digest = await sha256(key);
  return Array.from(digest.subarray(0, 8), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * Checks the server's hello.
 * @param pinned the server's identity keys that are believed, 32 bytes each, base64url
 * @param spoken the versions that the server is known to speak, if they are: it has to choose the highest of both
 * @throws Fault 4005 for a version it should not have chosen, 4002 for a key or a signature that is not believed
 */
export async function checkHello(
  greeting: Greeting,
  text: string,
  pinned: readonly string[],
  spoken?: readonly number[],
): Promise<Agreed> {
  const hello = read(text);
  if (hello.type !== "hello") throw new Fault(CODES.rule, "not a hello");
  const { version } = hello;
  const common = spoken ? greeting.versions.filter((one) => spoken.includes(one)) : greeting.versions;
  if (!common.includes(version)) throw new Fault(CODES.version, "a version that was not offered");
  if (spoken && version !== Math.max(...common)) throw new Fault(CODES.version, "not the highest of both versions");

  const [theirs, nonce, signature] = fields(hello.ephemeral, hello.nonce, hello.signature);
  const partial = join(u32(version), theirs, nonce);
  const sent = join(greeting.text);
  const h1 = await sha256(join("witness relay 1 hello\0", u32(sent.length), sent, partial));

  const raw = await find(pinned, hello.key);
  if (!raw) throw new Fault(CODES.signature, "a server key that is not pinned");
  const key = await crypto.importKey("raw", raw, "Ed25519", false, ["verify"]);
  if (!(await crypto.verify("Ed25519", key, signature, join("witness relay 1 server\0", h1))))
    throw new Fault(CODES.signature, "the server's signature is wrong");
  return { version, h1, shared: await agree(greeting.share.pair.privateKey, theirs) };
}

function fields(ephemeral: string, nonce: string, signature: string): [Bytes, Bytes, Bytes] {
  try {
    return [decode(ephemeral, 32), decode(nonce, 32), decode(signature, 64)];
  } catch {
    throw new Fault(CODES.shape, "a field of the hello is not what it should be");
  }
}

async function find(pinned: readonly string[], name: string): Promise<Bytes | undefined> {
  for (const text of pinned) {
    const key = decode(text, 32);
    if ((await keyName(key)) === name) return key;
  }
  return undefined;
}

/** What the client says of itself: its device's signature over the transcript, and the keys that follow. */
export async function prove(
  { h1, shared }: Agreed,
  account: string,
  device: string,
  privateKey: CryptoKey,
  cursor?: Cursor,
): Promise<{ text: string; keys: Keys }> {
  const place = cursor ? join(decode(cursor.epoch, 16), u64(cursor.offset)) : new Uint8Array(24);
  const h2 = await sha256(join("witness relay 1 client\0", h1, uuid(account), uuid(device), place));
  const signature = await crypto.sign("Ed25519", privateKey, join("witness relay 1 device\0", h2));
  const frame = { type: "authenticate", account, device, signature: encode(new Uint8Array(signature)) };
  const from = cursor && { epoch: cursor.epoch, offset: cursor.offset };
  return { text: JSON.stringify({ ...frame, ...from }), keys: await expand(h1, shared, h2) };
}

/** HKDF-SHA-256 (RFC 5869): a key of 32 bytes for the tags of each direction. */
async function expand(salt: Bytes, shared: Bytes, h2: Bytes): Promise<Keys> {
  const secret = await crypto.importKey("raw", shared, "HKDF", false, ["deriveBits"]);
  const key = async (direction: string): Promise<CryptoKey> => {
    const info = join(`witness relay 1 ${direction}\0`, h2);
    const bits = await crypto.deriveBits({ name: "HKDF", hash: "SHA-256", salt, info }, secret, 256);
    return crypto.importKey("raw", bits, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  };
  return { h2, up: await key("up"), down: await key("down") };
}

/** The keys after a renewal, from both sides' new shares. */
export async function renew(
  h2: Bytes,
  share: Share,
  theirs: { ephemeral: string; nonce: string },
): Promise<Keys> {
  const ours = await publish(share);
  let nonce: Bytes;
  let ephemeral: Bytes;
  try {
    [nonce, ephemeral] = [decode(theirs.nonce, 32), decode(theirs.ephemeral, 32)];
  } catch {
    throw new Fault(CODES.shape, "a field of the renewal is not what it should be");
  }
  const parts = [share.nonce, nonce, decode(ours.ephemeral, 32), ephemeral];
  const salt = await sha256(join("witness relay 1 rekey\0", h2, ...parts));
  return expand(salt, await agree(share.pair.privateKey, ephemeral), h2);
}
