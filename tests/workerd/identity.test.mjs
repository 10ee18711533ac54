// One account from its first moment to its last: made, confirmed, protected by a second factor, used by a key and by an
// application, deleted.
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { after, before, test } from "node:test";

import { Client, PASSWORD } from "./client.mjs";
import { administrator, mail, token } from "./mailbox.mjs";
import { authenticator } from "./totp.mjs";
import { start } from "./worker.mjs";

let worker;
before(async () => {
  worker = await start();
});
after(() => worker?.close());

/** A browser without script: keeps cookies, reads the hidden field of a form, follows nothing by itself. */
class Browser {
  cookies = new Map();

  async visit(path, form) {
    const headers = { cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ") };
    const body = form && new URLSearchParams(form);
    if (form) headers.origin = worker.url;
    const response = await fetch(worker.url + path, { method: form ? "POST" : "GET", headers, body, redirect: "manual" });
    for (const cookie of response.headers.getSetCookie()) {
      const [pair] = cookie.split(";");
      const at = pair.indexOf("=");
      this.cookies.set(pair.slice(0, at), pair.slice(at + 1));
    }
    const text = await response.text();
    const sealed = /name="form"[^>]*value="([^"]*)"/.exec(text)?.[1];
    return { status: response.status, text, sealed, location: response.headers.get("location") };
  }
}

test("an account is made, confirmed, protected, used by a key and an application, and deleted", async () => {
  const admin = await administrator(worker);
  const stranger = new Client(worker.url);
  const email = "ada.journey@example.com";
  const login = async (more) => (await stranger.post("/api/v1/auth/login", { email, password: PASSWORD, ...more }, 200)).body;

  // Made and confirmed.
  await stranger.post("/api/v1/auth/register", { email, password: PASSWORD, full_name: "Ada Journey" }, 202);
  await stranger.post("/api/v1/auth/verify-email", { token: token(await mail(admin, "welcome", email)) }, 204);
  const first = stranger.as((await login()).access_token);
  assert.equal((await first.get("/api/v1/auth/me")).body.email_verified, true);

  // Protected by a second factor: from now on the password alone is not enough.
  const { body: enrolment } = await first.post("/api/v1/auth/two-factor/enrol", undefined, 200);
  const code = authenticator(enrolment.secret);
  const { body: backup } = await first.post("/api/v1/auth/two-factor/confirm", { code: code() }, 200);
  assert.equal(backup.codes.length, 10);
  const half = await stranger.post("/api/v1/auth/login", { email, password: PASSWORD }, 401);
  assert.equal(half.body.code, "two-factor-required");
  const tokens = await login({ code: code(1) });
  await stranger.post("/api/v1/auth/login", { email, password: PASSWORD, code: code(1) }, 403);
  const ada = stranger.as(tokens.access_token);

  // Used by a key, within its scopes.
  const made = await ada.post("/api/v1/keys", { name: "script", scopes: ["profile:read", "readings:write", "readings:read"] }, 201);
  const script = stranger.as(made.body.key);
  await script.get("/api/v1/user/profile");
  await script.post("/api/v1/readings", { engine: "tarot", input: {} }, 201);
  await script.put("/api/v1/user/profile/update", { preferred_name: "Ada" }, 403);
  await stranger.as(`${made.body.key.slice(0, -1)}${made.body.key.endsWith("0") ? "1" : "0"}`).get("/api/v1/user/profile", 401);

  // Used by an application: authorization code with PKCE.
  const verifier = randomBytes(32).toString("base64url");
  const redirect_uri = "http://127.0.0.1:49152/callback";
  const query = new URLSearchParams({
    response_type: "code",
    client_id: "witness-cli",
    redirect_uri,
    scope: "readings:read",
    state: "a state",
    code_challenge: createHash("sha256").update(verifier).digest("base64url"),
    code_challenge_method: "S256",
  });
  const browser = new Browser();
  const signIn = await browser.visit(`/oauth/authorize?${query}`);
  assert.equal(signIn.status, 200, signIn.text);
  let consent = await browser.visit("/oauth/authorize/sign-in", { form: signIn.sealed, email, password: PASSWORD, code: backup.codes[0] });
  if (consent.location) consent = await browser.visit(consent.location.replace(worker.url, ""));
  assert.match(consent.text, /readings/i);
  const allowed = await browser.visit("/oauth/authorize/decide", { form: consent.sealed, decision: "allow" });
  const back = new URL(allowed.location);
  assert.equal(back.origin + back.pathname, redirect_uri);
  assert.equal(back.searchParams.get("state"), "a state");
  const granted = await fetch(`${worker.url}/oauth/token`, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "authorization_code",
      client_id: "witness-cli",
      redirect_uri,
      code: back.searchParams.get("code"),
      code_verifier: verifier,
    }),
  });
  assert.equal(granted.status, 200);
  const application = stranger.as((await granted.json()).access_token);
  assert.equal((await application.get("/api/v1/readings")).body.items.length, 1);
  await application.get("/api/v1/user/profile", 403);

  // Deleted: nobody who acted for it acts any more, and the address is free.
  await ada.delete("/api/v1/auth/me");
  for (const caller of [ada, script, application, first]) await caller.get("/api/v1/readings", 401);
  await stranger.post("/api/v1/auth/login", { email, password: PASSWORD }, 401);
  const { DB } = await worker.worker.getEnv();
  let erased = null;
  for (let looks = 0; erased === null && looks < 500; looks += 1) {
    erased = (await DB.prepare("SELECT completed_at FROM erasures WHERE user_id = ?").bind(tokens.user_id).first())?.completed_at ?? null;
  }
  assert.notEqual(erased, null, "the eraser has finished");
  await stranger.post("/api/v1/auth/register", { email, password: PASSWORD }, 202);
});
