// Devices: a key pair that never leaves where it was made, and how one device lets the next one in ("Devices" of the
// protocol). The calls need an access token of a session, not an API key.
import { decode, encode } from "./base64url.ts";
import { type Bytes, join, uuid } from "./bytes.ts";

/** A device as the API tells it. */
export interface Device {
  id: string;
  name: string;
  platform: string | null;
  public_key: string;
  /** The first 16 bytes of the SHA-256 of the key, hexadecimal: what people compare before they confirm a device. */
  fingerprint: string;
  state: "pending" | "active" | "revoked";
  pairing_ends_at: string | null;
  version: number;
}

export interface Api {
  /** Where the service is: `https://host`. */
  url: string;
  /** An access token. */
  token: string;
  fetch?: typeof fetch;
}

/** The API said no. */
export class ApiError extends Error {
  readonly status: number;
  /** The problem's stable code, e.g. `step-up-required`. */
  readonly code: string | undefined;
  constructor(status: number, code: string | undefined) {
    super(`${status} ${code ?? ""}`.trim());
    this.status = status;
    this.code = code;
  }
}

/** A device's Ed25519 key pair (RFC 8032). The private key cannot be exported; IndexedDB can hold it. */
export async function makeKeys(): Promise<CryptoKeyPair> {
  return (await crypto.subtle.generateKey("Ed25519", false, ["sign", "verify"])) as CryptoKeyPair;
}

/** The public key as the API takes it. */
export async function publicKey(keys: { publicKey: CryptoKey }): Promise<string> {
  return encode(new Uint8Array(await crypto.subtle.exportKey("raw", keys.publicKey)));
}

/** What people compare: the first 16 bytes of the SHA-256 of the key, hexadecimal. */
export async function fingerprint(key: string): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", decode(key, 32)));
  return Array.from(digest.subarray(0, 16), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function call<T>(api: Api, method: string, path: string, body?: unknown): Promise<T> {
  const answer = await (api.fetch ?? fetch)(new URL(`/api/v1/${path}`, api.url), {
    method,
    headers: { authorization: `Bearer ${api.token}`, ...(body !== undefined && { "content-type": "application/json" }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  let told: unknown;
  try {
    told = text === "" ? undefined : JSON.parse(text);
  } catch {
    told = undefined;
  }
  if (!answer.ok) throw new ApiError(answer.status, (told as { code?: string } | undefined)?.code);
  return told as T;
}

/**
 * Registers a new device. The first one of an account is active at once; every later one shows its pairing code until
 * an active device confirms it.
 */
export async function register(
  api: Api,
  keys: { publicKey: CryptoKey },
  name: string,
  platform?: string,
): Promise<{ device: Device; pairing_code: string | null }> {
  const body = { name, public_key: await publicKey(keys), ...(platform !== undefined && { platform }) };
  return call(api, "POST", "devices", body);
}

/** A device by its id: a pending one learns by this that it was confirmed. */
export const findDevice = (api: Api, id: string): Promise<Device> => call(api, "GET", `devices/${id}`);

/**
 * For an active device: which one shows that code. Show its name and fingerprint to the person, who compares the
 * fingerprint with that on the new device.
 * @throws Error if the fingerprint is not that of the key
 */
export async function findPairing(api: Api, code: string): Promise<Device> {
  const device = await call<Device>(api, "POST", "devices/pairings/find", { code });
  // The person compares fingerprints, and the key is what gets signed: they have to be of one another.
  if ((await fingerprint(device.public_key)) !== device.fingerprint) throw new Error("the fingerprint is of another key");
  return device;
}

/** What a confirming device signs. */
export function pairingMessage(account: string, confirming: string, added: string, key: string): Bytes {
  return join("witness pairing 1\0", uuid(account), uuid(confirming), uuid(added), decode(key, 32));
}

/** Lets a pending device in, after a person has compared its fingerprint. */
export async function confirm(
  api: Api,
  own: { account: string; device: string; keys: { privateKey: CryptoKey } },
  code: string,
  added: { id: string; public_key: string },
): Promise<Device> {
  const signed = pairingMessage(own.account, own.device, added.id, added.public_key);
  const signature = encode(new Uint8Array(await crypto.subtle.sign("Ed25519", own.keys.privateKey, signed)));
  return call(api, "POST", `devices/${added.id}/confirm`, { code, device: own.device, signature });
}
