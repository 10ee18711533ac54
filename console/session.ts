// Who this page calls as. The key or the tokens are in the variable below and nowhere else: no storage, no cookie, no
// address. A page that is loaded again, left, or idle for a quarter of an hour has forgotten them.
import { send, Trouble } from "./wire.ts";

type Credential =
  | { kind: "key"; token: string }
  | { kind: "session"; token: string; refresh: string | undefined; email: string };

interface Tokens {
  access_token: string;
  refresh_token?: string;
}

/** Milliseconds without a key or a pointer after which the page forgets. */
export const IDLE = 15 * 60_000;
/** And so long before that it says so. */
export const WARNING = 60_000;

let credential: Credential | undefined;
let renewal: Promise<boolean> | undefined;
const listeners = new Set<(why: string | undefined) => void>();

/** Told when somebody has signed in, and, with a reason to show, when the credential is gone. */
export function onChange(listener: (why: string | undefined) => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

function become(next: Credential | undefined, why?: string): void {
  credential = next;
  renewal = undefined;
  for (const listener of listeners) listener(why);
}

export const token = (): string | undefined => credential?.token;
export const signedIn = (): boolean => credential !== undefined;
export const bySession = (): boolean => credential?.kind === "session";

/** Who, in words. The key's end is what administrators see of it in lists as well. */
export function caller(): string {
  if (credential === undefined) return "";
  return credential.kind === "session" ? credential.email : `the key that ends in ${credential.token.slice(-4)}`;
}

/** Signs in with a pasted key. What the server refuses is not kept. */
export async function useKey(pasted: string): Promise<void> {
  const key = pasted.trim();
  if (!/^[\x21-\x7e]+$/.test(key)) throw new Trouble(401, "This is no key");
  await tried(key);
  become({ kind: "key", token: key });
}

/** Whether the server takes the token at all: a scope that is missing for this very call says that it does. */
async function tried(candidate: string): Promise<void> {
  try {
    await send("GET", "/api/v1/admin/system/health", { token: candidate });
  } catch (error) {
    if (!(error instanceof Trouble) || error.scope === undefined) throw error;
  }
}

/** Signs in with a password and a code. Throws Trouble with code `two-factor-required` where a code is asked for. */
export async function signIn(email: string, password: string, code: string): Promise<void> {
  const body = { email, password, transport: "body", device_name: "Console", ...(code && { code }) };
  const tokens: Tokens = JSON.parse(await send("POST", "/api/v1/auth/login", { body }));
  try {
    await tried(tokens.access_token);
  } catch (error) {
    void logout(tokens.access_token);
    if (!(error instanceof Trouble) || error.status !== 403) throw error;
    throw new Trouble(403, "This account cannot be used here", {
      ...error,
      detail: "Administration asks for the role support or admin, and for a second factor.",
    });
  }
  become({ kind: "session", token: tokens.access_token, refresh: tokens.refresh_token, email });
}

/** Proves anew who is there; the token that says so replaces the one before. */
export async function stepUp(code: string): Promise<void> {
  const before = credential;
  if (before?.kind !== "session") throw new Trouble(403, "A key cannot do this");
  const { access_token }: Tokens = JSON.parse(await send("POST", "/api/v1/auth/step-up", { token: before.token, body: { code } }));
  if (credential === before) credential = { ...before, token: access_token };
}

/** Another access token for the session, once for all calls that found theirs old. */
export function renewed(used: string): Promise<boolean> {
  if (credential?.kind !== "session") return Promise.resolve(false);
  if (credential.token !== used) return Promise.resolve(true);
  return (renewal ??= renew(credential).finally(() => (renewal = undefined)));
}

async function renew(before: Credential & { kind: "session" }): Promise<boolean> {
  if (before.refresh === undefined) return false;
  try {
    const body = { refresh_token: before.refresh, transport: "body" };
    const next: Tokens = JSON.parse(await send("POST", "/api/v1/auth/refresh", { body }));
    if (credential !== before) return false;
    credential = { ...before, token: next.access_token, refresh: next.refresh_token };
    return true;
  } catch (error) {
    // A server that is gone or busy has refused nothing: the session may go on later.
    if (error instanceof Trouble && (error.status === 401 || error.status === 403)) return false;
    throw error;
  }
}

const logout = (access: string): Promise<unknown> =>
  send("POST", "/api/v1/auth/logout", { token: access, keepalive: true }).catch(() => undefined);

/** Forgets the credential and ends the session. */
export function end(why: string): void {
  if (credential === undefined) return;
  if (credential.kind === "session") void logout(credential.token);
  become(undefined, why);
}

/** Keeps watch: forgets when nobody is there or the page is left. `warn` is told whether the end is near. */
export function watch(warn: (near: boolean) => void): () => void {
  let last = Date.now();
  let near = false;
  const tell = (now: boolean): void => {
    if (now !== near) warn((near = now));
  };
  const seen = (): void => {
    // A machine that slept counts as nobody there: the timer did not run meanwhile.
    if (signedIn() && Date.now() - last >= IDLE) return;
    last = Date.now();
    tell(false);
  };
  const look = (): void => {
    if (!signedIn()) {
      last = Date.now();
      return tell(false);
    }
    const quiet = Date.now() - last;
    if (quiet >= IDLE) {
      end("Nobody was here for 15 minutes, so this page has forgotten who you are.");
      tell(false);
    } else tell(quiet >= IDLE - WARNING);
  };
  const leave = (): void => end("This page was left.");
  const timer = setInterval(look, 1000);
  for (const kind of ["keydown", "pointerdown", "pointermove"]) addEventListener(kind, seen, { passive: true });
  addEventListener("pagehide", leave);
  return () => {
    clearInterval(timer);
    for (const kind of ["keydown", "pointerdown", "pointermove"]) removeEventListener(kind, seen);
    removeEventListener("pagehide", leave);
  };
}
