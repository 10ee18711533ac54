// Access tokens: one that Witness itself issued is taken as the pattern for one that outlives the bench.
import { createHmac, timingSafeEqual } from "node:crypto";

const part = (text) => JSON.parse(Buffer.from(text, "base64url").toString("utf8"));
const mac = (key, text) => createHmac("sha256", key).update(text).digest();

/** Signs claims as HS256 with this header. */
export function sign(key, header, claims) {
  const text = [header, claims].map((value) => Buffer.from(JSON.stringify(value)).toString("base64url")).join(".");
  return `${text}.${mac(key, text).toString("base64url")}`;
}

/** The claims of a token. */
export const claimsOf = (token) => part(token.split(".")[1]);

/** The header of a token. */
export const headerOf = (token) => part(token.split(".")[0]);

/**
 * The key bytes that a token was signed with, given the configured secret (as text or as base64url of
 * the bytes), and the same token with an expiry `seconds` from now.
 */
export function prolong(token, secret, seconds) {
  const [header, claims, signature] = token.split(".");
  const given = Buffer.from(signature, "base64url");
  const key = [Buffer.from(secret, "utf8"), Buffer.from(secret, "base64url")].find((bytes) => {
    const made = mac(bytes, `${header}.${claims}`);
    return made.length === given.length && timingSafeEqual(made, given);
  });
  if (!key) throw new Error("the access token of Witness is not HS256 with the configured secret");
  const exp = Math.floor(Date.now() / 1000) + seconds;
  return { key, token: sign(key, part(header), { ...part(claims), exp }) };
}
