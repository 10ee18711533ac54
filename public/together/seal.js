// Lines as the server sees them. The key is made of a passphrase that every device of the person types; what is encrypted
// belongs to its account and to the device that wrote it.

const ITERATIONS = 600_000;
const NONCE = 12;

const utf8 = (text) => new TextEncoder().encode(text);

/** The key of a passphrase. It cannot be exported. */
export async function keyOf(passphrase, account) {
  const typed = await crypto.subtle.importKey("raw", utf8(passphrase.normalize("NFKC")), "PBKDF2", false, ["deriveKey"]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt: utf8(`witness together 1 ${account}`), iterations: ITERATIONS };
  return crypto.subtle.deriveKey(how, typed, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}

const how = (iv, { account, device }) => ({ name: "AES-GCM", iv, additionalData: utf8(`witness together 1 ${account} ${device}`) });

/** Encrypts what a line says: nonce and ciphertext, base64. */
export async function seal(key, about, line) {
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE));
  const sealed = new Uint8Array(await crypto.subtle.encrypt(how(nonce, about), key, utf8(JSON.stringify(line))));
  return btoa(String.fromCharCode(...nonce, ...sealed));
}

/** What a line says: `text`, the `name` of the device and `at`; nothing if none of the keys opens it. */
export async function open(keys, about, body) {
  for (const key of keys) {
    try {
      const bytes = Uint8Array.from(atob(body), (character) => character.charCodeAt(0));
      const plain = await crypto.subtle.decrypt(how(bytes.subarray(0, NONCE), about), key, bytes.subarray(NONCE));
      const { text, name, at } = JSON.parse(new TextDecoder().decode(plain));
      return Number.isSafeInteger(at) ? { text: String(text), name: String(name), at } : undefined;
    } catch {
      // Another passphrase's, or no line of this page.
    }
  }
  return undefined;
}
