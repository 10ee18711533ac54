// Opaque cursors, signed and bound to the user: base64url of HMAC-SHA-256 and the position.
const ALGORITHM = { name: "HMAC", hash: "SHA-256" };
const encoder = new TextEncoder();
const decoder = new TextDecoder();
let key;

async function keyOf(env) {
  key ??= await crypto.subtle.importKey("raw", encoder.encode(env.CURSOR_SECRET), ALGORITHM, false, ["sign", "verify"]);
  return key;
}

const signed = (user, position) => encoder.encode(`readings\n${user}\n${position}`);

/** The cursor of the page after this row. */
export async function encodeCursor(env, user, row) {
  const position = `${row.created_at}.${row.id}`;
  const mac = new Uint8Array(await crypto.subtle.sign("HMAC", await keyOf(env), signed(user, position)));
  const text = String.fromCharCode(...mac, ...encoder.encode(position));
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** The position that a cursor names, or null when it is not one that this user was given. */
export async function decodeCursor(env, user, cursor) {
  try {
    const bytes = Uint8Array.from(atob(cursor.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
    const position = decoder.decode(bytes.subarray(32));
    const valid = await crypto.subtle.verify("HMAC", await keyOf(env), bytes.subarray(0, 32), signed(user, position));
    if (!valid) return null;
    const dot = position.indexOf(".");
    return { created_at: Number(position.slice(0, dot)), id: position.slice(dot + 1) };
  } catch {
    return null;
  }
}
