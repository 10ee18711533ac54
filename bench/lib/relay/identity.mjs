// The server's identity for subjects that are measured or put to the test: made for one run, and pinned by its devices.
import { generateKeyPairSync } from "node:crypto";

/** The secret that a subject is given, and the key that clients pin. */
export function makeIdentity() {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const secret = privateKey.export({ type: "pkcs8", format: "der" }).toString("base64url");
  return { secret, pinned: publicKey.export({ format: "jwk" }).x };
}
