// Sign-in with other providers: the built Worker, a browser of plain HTTP, and real providers on the loopback.
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { after, before, test } from "node:test";

import { Browser, TENANT, startProviders } from "../providers/oidc.mjs";
import { Client, account } from "./client.mjs";
import { GENEROUS, start } from "./worker.mjs";

const APP = "https://app.example.com/signed-in";
let worker;
let providers;
let stranger;
before(async () => {
  providers = await startProviders();
  const { vars, secrets } = providers.settings;
  worker = await start({ vars: { ...GENEROUS, ...vars }, secrets });
  providers.open(worker.url);
  stranger = new Client(worker.url);
});
after(async () => {
  await worker?.close();
  await providers?.close();
});

const atApp = (address) => address.startsWith(APP);
const atCallback = (address) => address.includes("/callback");

/** An app: it begins a sign-in in a browser and exchanges what comes back. */
function app(browser = new Browser()) {
  const verifier = randomBytes(32).toString("base64url");
  const challenge = createHash("sha256").update(verifier).digest("base64url");
  const query = new URLSearchParams({ return_to: APP, code_challenge: challenge, state: "app-state" });
  return {
    browser,
    verifier,
    challenge,
    start: (provider) => `${worker.url}/api/v1/oauth/${provider}/start?${query}`,
    given: ({ address }) => Object.fromEntries(new URL(address).searchParams),
    exchange: (code, status = 200, more = {}) =>
      stranger.post("/api/v1/oauth/exchange", { code, code_verifier: verifier, ...more }, status),
  };
}

/** A whole sign-in; what the app is given. */
async function signIn(provider, browser = new Browser()) {
  const one = app(browser);
  const end = await browser.go(one.start(provider), { until: atApp });
  assert.ok(atApp(end.address), `${end.address} ${end.text}`);
  return { ...one, ...one.given(end) };
}

async function tokens(provider) {
  const one = await signIn(provider);
  assert.equal(one.state, "app-state");
  const { body } = await one.exchange(one.code);
  return Object.assign(new Client(worker.url, body.access_token), body);
}

const PEOPLE = {
  google: { sub: "g-1", email: "ada@gmail.com", email_verified: true, name: "Ada" },
  apple: { sub: "a-1", email: "x1@privaterelay.appleid.com", email_verified: "true" },
  github: { sub: "7", user: { id: 7, login: "ada" }, emails: [{ email: "ada@example.org", primary: true, verified: true }] },
  microsoft: { sub: "m-1", tid: TENANT, email: "ada@example.net", name: "Ada" },
};

test("somebody signs in with each provider, and is the same person the next time", async () => {
  for (const [provider, person] of Object.entries(PEOPLE)) {
    providers.state.people[provider] = person;
    const first = await tokens(provider);
    const second = await tokens(provider);
    assert.equal(first.user_id, second.user_id, provider);
    assert.notEqual(first.session_id, second.session_id);
    const { body } = await second.get("/api/v1/auth/identities", 200);
    assert.deepEqual(body.items.map((one) => one.provider), [provider]);
    const me = await second.get("/api/v1/auth/me", 200);
    const proven = provider === "microsoft" ? `${first.user_id}@no-address.invalid` : (person.email ?? person.emails[0].email);
    assert.equal(me.body.email, proven);
  }
  const seen = providers.state.seen.map(({ name, form }) => [name, Boolean(form.code_verifier), form.client_secret]);
  assert.ok(seen.every(([, verifier]) => verifier), "every code was bound to a verifier");
  assert.ok(seen.filter(([name]) => name === "apple").every(([, , secret]) => secret.split(".").length === 3));
});

test("Apple's answer comes by a form, with a name on the first sign-in alone", async () => {
  providers.state.people.apple = { sub: "a-2" };
  const browser = new Browser();
  browser.beside = { user: JSON.stringify({ name: { firstName: "Grace", lastName: "Example" }, email: "x@example.com" }) };
  const one = await signIn("apple", browser);
  assert.equal(browser.lastForm.address, `${worker.url}/api/v1/oauth/apple/callback`);
  const { body } = await one.exchange(one.code);
  const grace = new Client(worker.url, body.access_token);
  assert.equal((await grace.get("/api/v1/user/profile", 200)).body.preferred_name, "Grace Example");
});

test("whoever says no comes back with that", async () => {
  providers.state.people.google = undefined;
  const one = await signIn("google");
  assert.deepEqual([one.error, one.code], ["access_denied", undefined]);
});

test("an attempt that is replayed, or brought by another browser, ends here", async () => {
  providers.state.people.google = PEOPLE.google;
  const one = app();
  const { address } = await one.browser.go(one.start("google"), { until: atCallback });
  const elsewhere = await new Browser().go(address);
  assert.deepEqual([elsewhere.reply.status, elsewhere.reply.headers.get("location")], [400, null]);
  const other = app();
  await other.browser.go(other.start("google"), { until: atCallback });
  assert.equal((await other.browser.go(address)).reply.status, 400, "a cookie of its own does not help");
  const good = await one.browser.go(address, { until: atApp });
  assert.ok(one.given(good).code);
  const again = await one.browser.go(address);
  assert.equal(again.reply.status, 400);
  assert.match(again.reply.headers.get("content-type"), /^text\/html/);
  assert.match(again.reply.headers.get("content-security-policy"), /default-src 'none'/);
});

test("an answer for one provider is none for another", async () => {
  const one = app();
  const { address } = await one.browser.go(one.start("google"), { until: atCallback });
  for (const other of ["github", "microsoft"]) {
    const mixed = await one.browser.go(address.replace("/google/", `/${other}/`));
    assert.equal(mixed.reply.status, 400, other);
  }
  const state = new URL(address).searchParams.get("state");
  const posted = { method: "POST", body: new URLSearchParams({ state, code: "x" }) };
  assert.equal((await one.browser.go(`${worker.url}/api/v1/oauth/apple/callback`, { init: posted })).reply.status, 400);
});

test("forged id tokens are refused, whatever they are signed with", async () => {
  const claims = (token) => JSON.parse(Buffer.from(token.split(".")[1], "base64url"));
  const change = (more) => async (token) => providers.forge({ ...claims(token), ...more });
  const now = Math.floor(Date.now() / 1000);
  const forgeries = {
    "another nonce": change({ nonce: "another" }),
    "no nonce": change({ nonce: undefined }),
    "another audience": change({ aud: "somebody-else" }),
    "two audiences": change({ aud: ["google-us", "somebody-else"] }),
    "another issuer": change({ iss: "https://evil.example.com" }),
    "expired": change({ exp: now - 120 }),
    "of the future": change({ iat: now + 3600 }),
    "of another access token": change({ at_hash: "AAAAAAAAAAAAAAAAAAAAAA" }),
    "algorithm none": async (token) => providers.unsigned(claims(token)),
    "HS256 with the client secret": async (token) => providers.forge(claims(token), { alg: "HS256", key: providers.clientSecret }),
    "a key that nobody knows": async (token) => providers.forge(claims(token), { kid: "made-up" }),
    "another key under a known id": async (token) => providers.forge(claims(token), { key: providers.otherKey() }),
    "RS512": async (token) => providers.forge(claims(token), { alg: "RS512" }),
    "a damaged signature": async (token) => `${token.slice(0, -12)}AAAAAAAAAAAA`,
    "no token": async () => undefined,
    "one megabyte": async (token) => `${token}${"A".repeat(200_000)}`,
  };
  for (const [name, forgery] of Object.entries(forgeries)) {
    providers.state.tamper.google = forgery;
    const one = await signIn("google");
    assert.deepEqual([one.error, one.code], ["sign_in_refused", undefined], name);
  }
  providers.state.tamper.google = async (token) => providers.forge(claims(token));
  assert.ok((await signIn("google")).code, "the same way with true claims is accepted");
  delete providers.state.tamper.google;
});

test("the token of one tenant is none of another", async () => {
  providers.state.people.microsoft = { ...PEOPLE.microsoft, tid: "0197f7a0-0000-4000-8000-000000000002" };
  assert.equal((await signIn("microsoft")).error, "sign_in_refused");
  providers.state.people.microsoft = { ...PEOPLE.microsoft, tid: undefined };
  assert.equal((await signIn("microsoft")).error, "sign_in_refused");
});

test("a code is good once, and for the app that began alone", async () => {
  const one = await signIn("google");
  const thief = await stranger.post("/api/v1/oauth/exchange", { code: one.code, code_verifier: "x".repeat(43) }, 400);
  assert.equal(thief.body.code, "invalid-grant");
  const together = await Promise.allSettled([1, 2, 3, 4].map(() => one.exchange(one.code)));
  assert.equal(together.filter(({ status }) => status === "fulfilled").length, 1, "of four at once");
  assert.equal((await one.exchange(one.code, 400)).body.code, "invalid-grant");
});

test("somebody new who comes in four times at once is one account", async () => {
  providers.state.people.google = { sub: "g-3", email: "four@gmail.com", email_verified: true };
  const four = await Promise.all([1, 2, 3, 4].map(() => signIn("google")));
  const answers = await Promise.all(four.map((one) => one.exchange(one.code)));
  assert.equal(new Set(answers.map(({ body }) => body.user_id)).size, 1);
  assert.equal(new Set(answers.map(({ body }) => body.session_id)).size, 4);
});

test("nobody is led to an address that is not set up", async () => {
  const { challenge } = app();
  for (const address of ["https://evil.example.com/", "//evil.example.com", `${APP}/../x`, `${APP}@evil.example.com`, "javascript:alert(1)"]) {
    const query = new URLSearchParams({ return_to: address, code_challenge: challenge });
    const end = await new Browser().go(`${worker.url}/api/v1/oauth/google/start?${query}`);
    assert.equal(end.reply.status, 422, address);
  }
});

test("a proven address gets the account that has it, and takes it from whoever planted it", async () => {
  const planted = await account(worker.url, { email: "grace@gmail.com" });
  providers.state.people.google = { sub: "g-2", email: "grace@gmail.com", email_verified: true };
  const owner = await tokens("google");
  assert.equal(owner.user_id, planted.user_id);
  await planted.get("/api/v1/auth/me", 401);
  await stranger.post("/api/v1/auth/refresh", { refresh_token: planted.refresh_token }, 401);
  await owner.get("/api/v1/auth/me", 200);
  // An address that was only verified once opens nothing.
  await account(worker.url, { email: "linus@example.org" });
  providers.state.people.github = { sub: "8", user: { id: 8 }, emails: [{ email: "linus@example.org", primary: true, verified: true }] };
  const one = await signIn("github");
  assert.equal((await one.exchange(one.code, 409)).body.code, "conflict");
});

test("a provider is linked from inside, and the last way in stays", async () => {
  const ada = await account(worker.url);
  providers.state.people.github = { sub: "9", user: { id: 9 }, emails: [] };
  const one = app();
  const body = { return_to: APP, code_challenge: one.challenge };
  const { body: link } = await ada.post("/api/v1/oauth/github/link", body, 200);
  const { code } = one.given(await one.browser.go(link.url, { until: atApp }));
  await one.exchange(code, 400);
  const made = await ada.post("/api/v1/auth/identities", { code, code_verifier: one.verifier }, 201);
  assert.equal((await tokens("github")).user_id, ada.user_id);
  await ada.send("DELETE", `/api/v1/auth/identities/${made.body.id}`, 204);
  const again = await tokens("github");
  assert.notEqual(again.user_id, ada.user_id);
  const { body: listed } = await again.get("/api/v1/auth/identities", 200);
  await again.send("DELETE", `/api/v1/auth/identities/${listed.items[0].id}`, 409);
});
