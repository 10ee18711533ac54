// A client that somebody else wrote (oauth4webapi) signs a person in, from discovery to revocation. The person is a
// browser without script: it keeps cookies, reads forms and sends them.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, before, test } from "node:test";
import * as oauth from "oauth4webapi";
import { account, Client, PASSWORD } from "./client.mjs";
import { start } from "./worker.mjs";

const client = { client_id: "witness-cli" };
const REDIRECT = "http://127.0.0.1:49152/callback";
const SCOPE = "readings:read readings:write";
const insecure = { [oauth.allowInsecureRequests]: true };

let worker;
before(async () => {
  worker = await start();
});
after(() => worker.close());

/** What a device shows (RFC 6238), reckoned here by itself. */
function code(base32, step = Math.floor(Date.now() / 30_000)) {
  const bits = [...base32].map((c) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(c).toString(2).padStart(5, "0")).join("");
  const secret = Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac("sha1", secret).update(counter).digest();
  const number = mac.readUInt32BE(mac[19] & 15) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, "0");
}

/** A browser without script. */
class Browser {
  cookies = new Map();

  async ask(url, init = {}) {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const headers = { ...init.headers, ...(cookie && { cookie }) };
    const response = await fetch(url, { ...init, headers, redirect: "manual" });
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
      if (/Max-Age=0/.test(line)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return { status: response.status, headers: response.headers, text: await response.text(), url: String(url) };
  }

  /** Sends the form of a page with these fields; what comes of it. */
  send(page, fields) {
    const action = /<form[^>]* action="([^"]*)"/.exec(page.text)[1];
    const hidden = [...page.text.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)];
    const body = new URLSearchParams([...hidden.map(([, name, value]) => [name, value]), ...Object.entries(fields)]);
    return this.ask(new URL(action, worker.url), { method: "POST", body });
  }

  /** Follows a redirect of this server. */
  follow(answer) {
    assert.equal(answer.status, 303, answer.text);
    return this.ask(new URL(answer.headers.get("location"), answer.url));
  }
}

const discover = async () => {
  const issuer = new URL(worker.url);
  const response = await oauth.discoveryRequest(issuer, { algorithm: "oauth2", ...insecure });
  return oauth.processDiscoveryResponse(issuer, response);
};

/** The address at which the client asks, and what it has to remember. */
async function asking(server, more = {}) {
  const verifier = oauth.generateRandomCodeVerifier();
  const state = oauth.generateRandomState();
  const url = new URL(server.authorization_endpoint);
  const parameters = {
    client_id: client.client_id,
    redirect_uri: REDIRECT,
    response_type: "code",
    scope: SCOPE,
    state,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    ...more,
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return { url, verifier, state };
}

/** A person signs in and decides; the address that the client is answered at. */
async function decided(url, email, decision, more = {}) {
  const browser = new Browser();
  const signIn = await browser.ask(url);
  assert.equal(signIn.status, 200, signIn.text);
  const consent = await browser.follow(await browser.send(signIn, { email, password: PASSWORD, ...more }));
  assert.match(consent.text, /Witness on the command line wants to act for you/);
  const answer = await browser.send(consent, { decision });
  assert.equal(answer.status, 303, answer.text);
  return new URL(answer.headers.get("location"));
}

async function exchange(server, { verifier, state }, back) {
  const parameters = oauth.validateAuthResponse(server, client, back, state);
  const response = await oauth.authorizationCodeGrantRequest(
    server, client, oauth.None(), parameters, REDIRECT, verifier, insecure);
  return oauth.processAuthorizationCodeResponse(server, client, response);
}

test("an independent client goes from discovery to revocation", async () => {
  const ada = await account(worker.url);
  const server = await discover();
  const request = await asking(server);
  const tokens = await exchange(server, request, await decided(request.url, ada.email, "allow"));
  assert.equal(tokens.token_type, "bearer");
  assert.equal(tokens.scope, SCOPE);
  const api = new Client(worker.url, tokens.access_token);
  await api.get("/api/v1/readings");
  await api.get("/api/v1/auth/me", 403);

  const refreshed = await oauth.refreshTokenGrantRequest(server, client, oauth.None(), tokens.refresh_token, insecure);
  const next = await oauth.processRefreshTokenResponse(server, client, refreshed);
  assert.notEqual(next.refresh_token, tokens.refresh_token);
  await api.as(next.access_token).get("/api/v1/readings");

  const { body } = await ada.get("/api/v1/auth/grants");
  assert.deepEqual(body.items.map(({ client_id, scopes }) => [client_id, scopes]), [["witness-cli", SCOPE.split(" ")]]);
  await oauth.processRevocationResponse(
    await oauth.revocationRequest(server, client, oauth.None(), next.refresh_token, insecure));
  await api.as(next.access_token).get("/api/v1/readings", 401);
  const gone = await oauth.refreshTokenGrantRequest(server, client, oauth.None(), next.refresh_token, insecure);
  await assert.rejects(oauth.processRefreshTokenResponse(server, client, gone), { error: "invalid_grant" });
});

test("an independent client understands a refusal, and a code that comes twice", async () => {
  const ada = await account(worker.url);
  const server = await discover();
  const refused = await asking(server);
  const no = await decided(refused.url, ada.email, "deny");
  assert.throws(() => oauth.validateAuthResponse(server, client, no, refused.state), { error: "access_denied" });

  const request = await asking(server);
  const back = await decided(request.url, ada.email, "allow");
  const tokens = await exchange(server, request, back);
  await assert.rejects(exchange(server, request, back), { error: "invalid_grant" });
  await new Client(worker.url, tokens.access_token).get("/api/v1/readings", 401);
});

test("of many exchanges of one code at once at most one succeeds, and what came of it ends", async () => {
  const ada = await account(worker.url);
  const server = await discover();
  const request = await asking(server);
  const back = await decided(request.url, ada.email, "allow");
  const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => exchange(server, request, back)));
  const passed = outcomes.filter(({ status }) => status === "fulfilled").map(({ value }) => value);
  assert.ok(passed.length <= 1, `${passed.length} passed`);
  for (const { reason } of outcomes.filter(({ status }) => status === "rejected")) {
    assert.equal(reason.error, "invalid_grant", String(reason));
  }
  for (const tokens of passed) {
    const again = await oauth.refreshTokenGrantRequest(server, client, oauth.None(), tokens.refresh_token, insecure);
    await assert.rejects(oauth.processRefreshTokenResponse(server, client, again), { error: "invalid_grant" });
  }
});

test("the second factor is asked for at sign-in and on the page, and a code passes once however many bring it", async () => {
  const ada = await account(worker.url);
  const { body } = await ada.post("/api/v1/auth/two-factor/enrol", undefined, 200);
  const now = Math.floor(Date.now() / 30_000);
  const first = await ada.post("/api/v1/auth/two-factor/confirm", { code: code(body.secret, now) }, 200);
  const backup = first.body.codes;
  const stranger = new Client(worker.url);
  const credentials = { email: ada.email, password: PASSWORD };
  const missing = await stranger.post("/api/v1/auth/login", credentials, 401);
  assert.equal(missing.body.code, "two-factor-required");
  const both = await Promise.all(
    Array.from({ length: 4 }, () => stranger.post("/api/v1/auth/login", { ...credentials, code: backup[0] })));
  assert.deepEqual(both.map(({ status }) => status).sort(), [200, 403, 403, 403]);

  const server = await discover();
  const request = await asking(server);
  const browser = new Browser();
  const page = await browser.ask(request.url);
  const again = await browser.send(page, { email: ada.email, password: PASSWORD });
  assert.match(again.text, /second factor: type its code/);
  const consent = await browser.follow(
    await browser.send(again, { email: ada.email, password: PASSWORD, code: backup[1] }));
  assert.match(consent.text, /wants to act for you/);
});

test("the pages cannot be framed, kept or led elsewhere, and their forms are good in their browser alone", async () => {
  const ada = await account(worker.url);
  const server = await discover();
  const { url } = await asking(server);
  const browser = new Browser();
  const page = await browser.ask(url);
  const policy = page.headers.get("content-security-policy");
  for (const rule of ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"]) {
    assert.ok(policy.includes(rule), policy);
  }
  assert.equal(page.headers.get("cache-control"), "no-store");
  assert.equal(page.headers.get("referrer-policy"), "same-origin");
  assert.doesNotMatch(page.text, /<script/);
  assert.match([...browser.cookies.keys()].join(), /^__Host-session$/);
  const elsewhere = await new Browser().send(page, { email: ada.email, password: PASSWORD });
  assert.equal(elsewhere.status, 403);
  assert.match(elsewhere.headers.get("content-type"), /^text\/html/);
  const evil = new URL(url);
  evil.searchParams.set("redirect_uri", "https://evil.example/callback");
  const told = await new Browser().ask(evil);
  assert.equal(told.status, 400);
  assert.equal(told.headers.get("location"), null);
});

