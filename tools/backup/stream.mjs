// Encryption of a stream in chunks, after STREAM (Hoang, Reyhanitabar, Rogaway, Vizár: Online Authenticated-Encryption
// and its Nonce-Reuse Misuse-Resistance, 2015): AES-256-GCM for each chunk, whose nonce holds its number and whether it
// is the last one. A chunk that is changed, moved, doubled or missing fails, and so does an end that is cut off.
//
// A file: MAGIC, 32 random bytes, then chunks of 64 KiB, each followed by its tag of 16 bytes; only the last is shorter.
// Its key is HKDF-SHA-256 (RFC 5869) of BACKUP_KEY with the random bytes as salt, so that no two files share one and a
// counter is enough for nonces.
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";

export const MAGIC = Buffer.from("witness-backup-sealed-1\n");
export const CHUNK = 1 << 16;
const SALT = 32;
const TAG = 16;

/** The 32 bytes of BACKUP_KEY; nothing where none is configured. */
export function keyOf(text) {
  if (!text) return undefined;
  const key = Buffer.from(text, "base64url");
  if (key.length !== 32 || key.toString("base64url") !== text) {
    throw new Error("BACKUP_KEY has to be 32 bytes as base64url without padding");
  }
  return key;
}

const fileKey = (key, salt) => Buffer.from(hkdfSync("sha256", key, salt, MAGIC, 32));

function nonce(number, last) {
  const bytes = Buffer.alloc(12);
  bytes.writeUInt32BE(number, 7);
  bytes[11] = last ? 1 : 0;
  return bytes;
}

/** Cuts what comes into pieces of `size` bytes; each with whether it is the last one, of which there is always one. */
async function* pieces(source, size) {
  let held = Buffer.alloc(0);
  for await (const bytes of source) {
    held = held.length === 0 ? bytes : Buffer.concat([held, bytes]);
    let at = 0;
    for (; held.length - at > size; at += size) yield { piece: held.subarray(at, at + size), last: false };
    held = held.subarray(at);
  }
  yield { piece: held, last: true };
}

/** The encrypted file of these bytes. */
export async function* seal(source, key, salt = randomBytes(SALT)) {
  yield Buffer.concat([MAGIC, salt]);
  const own = fileKey(key, salt);
  let number = 0;
  for await (const { piece, last } of pieces(source, CHUNK)) {
    if (number > 0xffffffff) throw new Error("the backup is too long for one key");
    const cipher = createCipheriv("aes-256-gcm", own, nonce(number, last));
    yield Buffer.concat([cipher.update(piece), cipher.final(), cipher.getAuthTag()]);
    number += 1;
  }
}

function opened(own, number, last, piece) {
  if (piece.length < TAG) return undefined;
  const decipher = createDecipheriv("aes-256-gcm", own, nonce(number, last), { authTagLength: TAG });
  decipher.setAuthTag(piece.subarray(-TAG));
  const text = decipher.update(piece.subarray(0, -TAG));
  try {
    decipher.final();
    return text;
  } catch {
    return undefined;
  }
}

/** What is in the chunks that follow MAGIC. Nothing of a chunk is handed on before it is known to be genuine. */
async function* unseal(source, key) {
  let own;
  let number = 0;
  const rest = async function* () {
    let head = Buffer.alloc(0);
    for await (const bytes of source) {
      if (own) {
        yield bytes;
        continue;
      }
      head = Buffer.concat([head, bytes]);
      if (head.length < SALT) continue;
      own = fileKey(key, head.subarray(0, SALT));
      yield head.subarray(SALT);
    }
  };
  for await (const { piece, last } of pieces(rest(), CHUNK + TAG)) {
    if (!own) throw new Error("it is cut: not even its head is whole");
    const text = opened(own, number, last, piece);
    if (!text) {
      if (last && (piece.length < TAG || opened(own, number, false, piece))) throw new Error("it is cut: its end is missing");
      if (number > 0) throw new Error(`it was changed, or cut, ${number * CHUNK} bytes after its beginning`);
      throw new Error("BACKUP_KEY is not the one that it was encrypted with, or its beginning was changed or cut");
    }
    yield text;
    number += 1;
  }
}

/** The bytes of a backup, decrypted if it is encrypted. */
export async function* unwrapped(source, key) {
  const parts = source[Symbol.asyncIterator]();
  let head = Buffer.alloc(0);
  while (head.length < MAGIC.length) {
    const { value, done } = await parts.next();
    if (done) break;
    head = Buffer.concat([head, value]);
  }
  const sealed = head.subarray(0, MAGIC.length).equals(MAGIC);
  if (sealed && !key) throw new Error("it is encrypted: BACKUP_KEY has to be set");
  if (!sealed && key && head[0] !== 0x7b) throw new Error("it is no backup, or its beginning was changed");
  const whole = async function* () {
    yield sealed ? head.subarray(MAGIC.length) : head;
    for (;;) {
      const { value, done } = await parts.next();
      if (done) return;
      yield value;
    }
  };
  yield* sealed ? unseal(whole(), key) : whole();
}
