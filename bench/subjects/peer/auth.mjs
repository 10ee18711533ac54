// Bearer tokens by hono/jwt: HS256 with issuer, audience and expiry checked, then the scope of the operation.
import { createMiddleware } from "hono/factory";
import { jwt } from "hono/jwt";

import { problem } from "./problem.mjs";

// One key import per isolate: handing hono/jwt the text would import it on every request.
let guard;

async function guardFor(env) {
  const bytes = Uint8Array.from(atob(env.JWT_KEY_BASE64), (char) => char.charCodeAt(0));
  const hmac = { name: "HMAC", hash: "SHA-256" };
  const secret = await crypto.subtle.importKey("raw", bytes, hmac, false, ["verify"]);
  return jwt({ secret, alg: "HS256", verification: { iss: env.JWT_ISSUER, aud: env.JWT_AUDIENCE } });
}

/** Lets a valid token pass; hono/jwt answers 401 otherwise. */
export const authenticated = createMiddleware(async (c, next) => {
  guard ??= await guardFor(c.env);
  return guard(c, next);
});

/** What a session of one's own may do; the access tokens of sessions do not repeat it. */
const SESSION_SCOPES = new Set([
  "profile:read", "profile:write", "engines:calculate", "readings:read", "readings:write", "sessions:write",
]);

/** Lets a token pass that grants this scope. */
export function scoped(scope) {
  return createMiddleware(async (c, next) => {
    const granted = c.get("jwtPayload").scope?.split(" ");
    if (granted ? !granted.includes(scope) : !SESSION_SCOPES.has(scope)) return problem(c, "forbidden");
    await next();
  });
}
