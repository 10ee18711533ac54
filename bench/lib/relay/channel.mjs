// A device's end of the handshake and of sealed frames by node:crypto, whose calls cost a load generator far less than
// WebCrypto's. The reference client is clients/js; this one is for measuring.
import { createHash, createHmac, createPublicKey, diffieHellman, generateKeyPairSync, hkdfSync, randomBytes, sign, verify } from "node:crypto";

const raw = (text) => Buffer.from(text, "base64url");
const uuid = (text) => Buffer.from(text.replaceAll("-", ""), "hex");
const label = (text) => Buffer.from(`witness relay 1 ${text}\0`);
const sha256 = (...parts) => createHash("sha256").update(Buffer.concat(parts)).digest();

function u64(value) {
  const bytes = Buffer.allocUnsafe(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
}
function u32(value) {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

const publicKey = (crv, x) => createPublicKey({ key: { kty: "OKP", crv, x }, format: "jwk" });

function share() {
  const { privateKey, publicKey: own } = generateKeyPairSync("x25519");
  return { privateKey, ephemeral: own.export({ format: "jwk" }).x, nonce: randomBytes(32) };
}

function expand(salt, shared, h2) {
  const key = (direction) => Buffer.from(hkdfSync("sha256", shared, salt, Buffer.concat([label(direction), h2]), 32));
  return { up: key("up"), down: key("down") };
}

const tag = (key, number, json) => createHmac("sha256", key).update(u64(number)).update(json).digest().toString("base64url", 0, 16);

export class Channel {
  /** The client's hello. */
  hello() {
    this.share = share();
    const { ephemeral, nonce } = this.share;
    this.sent = JSON.stringify({ type: "hello", versions: [1], ephemeral, nonce: nonce.toString("base64url") });
    return this.sent;
  }

  /** Checks the server's hello and proves who the device is. */
  authenticate(text, { account, device, privateKey, pinned, cursor }) {
    const hello = JSON.parse(text);
    const [theirs, nonce, sent] = [raw(hello.ephemeral), raw(hello.nonce), Buffer.from(this.sent)];
    const h1 = sha256(label("hello"), u32(sent.length), sent, u32(hello.version), theirs, nonce);
    const signed = Buffer.concat([label("server"), h1]);
    if (!verify(null, signed, publicKey("Ed25519", pinned), raw(hello.signature))) throw new Error("not the server that was pinned");
    const shared = diffieHellman({ privateKey: this.share.privateKey, publicKey: publicKey("X25519", hello.ephemeral) });
    const place = cursor ? Buffer.concat([raw(cursor.epoch), u64(cursor.offset)]) : Buffer.alloc(24);
    this.h2 = sha256(label("client"), h1, uuid(account), uuid(device), place);
    const signature = sign(null, Buffer.concat([label("device"), this.h2]), privateKey).toString("base64url");
    this.#use(expand(h1, shared, this.h2));
    return JSON.stringify({ type: "authenticate", account, device, signature, ...cursor });
  }

  #use(keys) {
    Object.assign(this, { keys, outgoing: 0, incoming: 0 });
  }

  seal(json) {
    const number = this.outgoing;
    this.outgoing += 1;
    return `${number} ${tag(this.keys.up, number, json)} ${json}`;
  }

  /** The frame of a sealed text. */
  open(text) {
    const [number, given] = text.split(" ", 2);
    const json = text.slice(number.length + given.length + 2);
    if (number !== String(this.incoming) || given !== tag(this.keys.down, this.incoming, json)) throw new Error(`a frame that is not sealed: ${text.slice(0, 80)}`);
    this.incoming += 1;
    return JSON.parse(json);
  }

  rekey() {
    this.share = share();
    const { ephemeral, nonce } = this.share;
    return this.seal(JSON.stringify({ type: "rekey", ephemeral, nonce: nonce.toString("base64url") }));
  }

  rekeyed({ ephemeral, nonce }) {
    const shared = diffieHellman({ privateKey: this.share.privateKey, publicKey: publicKey("X25519", ephemeral) });
    const salt = sha256(label("rekey"), this.h2, this.share.nonce, raw(nonce), raw(this.share.ephemeral), raw(ephemeral));
    this.#use(expand(salt, shared, this.h2));
  }
}
