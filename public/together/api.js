// Calls of the API in the name of who is signed in. The tokens are in this module's memory and nowhere else: a tab that is
// loaded again has none, and does not need one to stay in step.
import { ApiError } from "./assets/relay.js";

export { ApiError };

const WORDS = {
  "invalid-credentials": "The address or the password is wrong.",
  "account-suspended": "This account is suspended.",
  "two-factor-required": "This account has a second factor: its code, please.",
  "invalid-code": "This code is wrong, was used, or has ended.",
  "too-many-attempts": "Too many attempts. Wait a little, then try again.",
  "quota-exceeded": "Too many calls in a short time. Wait a minute, then try again.",
  "temporarily-blocked": "Too many calls in a short time. Wait some minutes, then try again.",
  "step-up-required": "This needs a sign-in of the last ten minutes: sign in again.",
  "confirmation-refused": "This device is not active any more, so it cannot let another one in.",
  unauthenticated: "Sign in again.",
};

/** What went wrong, in words. */
export const words = (error) => {
  if (error instanceof ApiError) return WORDS[error.code] ?? `The server refused: ${error.message}.`;
  return error instanceof TypeError ? "The server could not be reached. Please try again." : error.message;
};

let tokens;

/** Whose account it is, while somebody is signed in. */
export const account = () => tokens?.user_id;

async function send(method, path, body, token) {
  const response = await fetch(`/api/v1/${path}`, {
    method,
    headers: {
      ...(body && { "content-type": "application/json" }),
      ...(token && { authorization: `Bearer ${token}` }),
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  const told = await response.json().catch(() => undefined);
  if (!response.ok) throw new ApiError(response.status, told?.code);
  return told;
}

/**
 * @param account whose it has to be, if that is known
 * @throws ApiError, or Error if it is another account
 */
export async function signIn({ email, password, code }, account) {
  const session = await send("POST", "auth/login", { email, password, ...(code && { code }) });
  if (account && session.user_id !== account) throw new Error("This device is of another account.");
  tokens = session;
}

/**
 * Does something with a token, with another one if that has ended. Where none is of use any more, nobody is signed in.
 * @param task is given what the functions of the client take
 */
export async function signed(task) {
  const call = () => task({ url: location.origin, token: tokens?.access_token });
  try {
    return await call().catch(async (error) => {
      if (error.status !== 401 || !tokens) throw error;
      tokens = await send("POST", "auth/refresh", { refresh_token: tokens.refresh_token });
      return call();
    });
  } catch (error) {
    if (error.status === 401 || error.code === "step-up-required") tokens = undefined;
    throw error;
  }
}

/** What a client has to know of the relay; it needs no token. */
export const relay = () => send("GET", "relay");

/** The account's devices that are pending or active. */
export async function devices() {
  const { items } = await signed(({ token }) => send("GET", "devices?limit=100", undefined, token));
  return items.filter(({ state }) => state !== "revoked");
}

/** Shuts a device out, for good. */
export const revoke = (id) => signed(({ token }) => send("POST", `devices/${id}/revoke`, undefined, token));

/** Forgets a device: it cannot connect any more, and its name is removed. */
export const remove = (id) => signed(({ token }) => send("DELETE", `devices/${id}`, undefined, token));
