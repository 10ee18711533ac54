// Access tokens, their keys and the sessions behind them, in workerd.
import assert from "node:assert/strict";
import { createHmac, createPrivateKey, createPublicKey, generateKeyPairSync, verify } from "node:crypto";
import { after, before, test } from "node:test";

import { Client, PASSWORD, account, logIn, raw } from "./client.mjs";
import { GENEROUS, folder, secret, start, startOn } from "./worker.mjs";

const JWT_SECRET = secret();
const ME = "/api/v1/auth/me";
let worker;
let ada;
before(async () => {
  worker = await start({ secrets: { JWT_SECRET }, beside: true });
  ada = await account(worker.url);
});
after(() => worker?.close());

const encode = (value) => Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");
const decode = (text) => JSON.parse(Buffer.from(text, "base64url"));
const parts = (token) => token.split(".").slice(0, 2).map(decode);

/** A token of this header and these claims (values, or texts as they are), under the deployment's secret or another. */
function sign(header, claims, key = Buffer.from(JWT_SECRET, "base64url")) {
  const message = `${encode(header)}.${encode(claims)}`;
  return `${message}.${createHmac("sha256", key).update(message).digest("base64url")}`;
}

test("forged and damaged tokens are refused, and none is a failure", async () => {
  const [header, claims] = parts(ada.access_token);
  const [head, body, mac] = ada.access_token.split(".");
  await ada.as(sign(header, claims)).get(ME);
  const text = JSON.stringify(claims);
  const deep = text.replace("{", `{"x":${"[".repeat(900)}${"]".repeat(900)},`);
  const tokens = {
    "none": `${encode({ alg: "none" })}.${body}.`,
    "none with our signature": `${encode({ ...header, alg: "none" })}.${body}.${mac}`,
    "another algorithm": sign({ ...header, alg: "HS512" }, claims),
    "an asymmetric one for a secret": sign({ ...header, alg: "EdDSA" }, claims),
    "no kid": sign({ alg: "HS256", typ: "at+jwt" }, claims),
    "another kid": sign({ ...header, kid: "../../../dev/null" }, claims),
    "jku": sign({ ...header, jku: `${worker.url}/.well-known/jwks.json` }, claims),
    "jwk": sign({ ...header, jwk: { kty: "oct", k: "AQ" } }, claims, Buffer.from([1])),
    "crit": sign({ ...header, crit: ["exp"] }, claims),
    "another secret": sign(header, claims, Buffer.from(secret(), "base64url")),
    "expired": sign(header, { ...claims, exp: claims.iat - 60 }),
    "not yet valid": sign(header, { ...claims, nbf: claims.iat + 3600 }),
    "another issuer": sign(header, { ...claims, iss: "https://elsewhere.example.com" }),
    "another audience": sign(header, { ...claims, aud: "another-api" }),
    "a claim twice": sign(header, text.replace("{", '{"role":"admin",')),
    "a claim twice, once escaped": sign(header, text.replace("{", String.raw`{"\u0072ole":"admin",`)),
    "nested deep": sign(header, deep),
    "no object": sign(header, "[]"),
    "no JSON": sign(header, "{"),
    "numbers without end": sign(header, text.replace(/"exp":\d+/, '"exp":1e999')),
    "cut": ada.access_token.slice(0, -1),
    "lengthened": `${ada.access_token}A`,
    "padded": `${ada.access_token}=`,
    "without a signature": `${head}.${body}.`,
    "dots": "....",
    "sixteen kilobytes": `${head}.${"A".repeat(16_000)}.${mac}`,
  };
  for (const [why, token] of Object.entries(tokens)) {
    const answer = await ada.as(token).send("GET", ME);
    assert.equal(answer.status, 401, `${why}: ${answer.text}`);
    assert.equal(answer.body.code, "unauthenticated", why);
  }
  // A megabyte of header does not get as far as the Worker; whatever answers, it is no failure and nobody's account.
  const huge = await raw(worker.url, { path: ME, headers: { authorization: `Bearer ${"a".repeat(1_000_000)}` } }).catch(() => null);
  assert.ok(huge === null || (huge.status >= 400 && huge.status < 500), `${huge?.status}`);
  await ada.get(ME);
});

test("a session ended in one place is refused there at once and by sensitive operations everywhere", async () => {
  const lost = await logIn(worker.url, ada.email);
  const elsewhere = async (method, path, status) => {
    const answer = await worker.beside.fetch(path, { method, headers: { authorization: `Bearer ${lost.access_token}` } });
    assert.equal(answer.status, status, await answer.text());
  };
  await lost.get(ME);
  await elsewhere("GET", ME, 200);
  const listed = (await ada.get("/api/v1/auth/sessions")).body.items;
  assert.deepEqual(listed.map(({ id, current }) => [id, current]), [[lost.session_id, false], [ada.session_id, true]]);
  await ada.delete(`/api/v1/auth/sessions/${lost.session_id}`);
  await lost.get(ME, 401);
  await elsewhere("DELETE", "/api/v1/auth/sessions", 401);
  await lost.post("/api/v1/auth/refresh", { refresh_token: lost.refresh_token }, 401);
  assert.equal((await ada.get("/api/v1/auth/sessions")).body.items.length, 1);
  await ada.get(ME);
  const others = [await logIn(worker.url, ada.email), await logIn(worker.url, ada.email)];
  await ada.delete("/api/v1/auth/sessions");
  for (const other of others) await other.get(ME, 401);
  await ada.get(ME);
});

test("a proof anew gives a token that speaks of it, and uses are noted", async () => {
  await ada.post("/api/v1/auth/step-up", { password: "wrong password" }, 401);
  const { body } = await ada.post("/api/v1/auth/step-up", { password: PASSWORD }, 200);
  const [, claims] = parts(body.access_token);
  assert.ok(claims.auth_time >= parts(ada.access_token)[1].auth_time);
  assert.equal(claims.sid, ada.session_id);
  await ada.as(body.access_token).get(ME);
  const activity = (await ada.get("/api/v1/user/activity")).body;
  assert.ok(Math.abs(Date.parse(activity.last_activity_at) - Date.now()) < 600_000, activity.last_activity_at);
  assert.deepEqual(activity.sessions.map(({ current }) => current), [true]);
});

test("tokens of a key of before are good while keys overlap", async () => {
  const state = folder();
  const stable = { CURSOR_SECRET: secret(), VAULT_KEY: secret() };
  const [old, next] = [secret(), secret()];
  const { privateKey } = generateKeyPairSync("ed25519");
  const JWT_PRIVATE_KEY = privateKey.export({ type: "pkcs8", format: "der" }).toString("base64url");
  const JWT_PUBLIC_KEY_PREVIOUS = createPublicKey(privateKey).export({ format: "jwk" }).x;
  let here;
  const begin = async (secrets) => {
    await here?.close();
    here = await startOn(state.path, { vars: GENEROUS, secrets: { ...stable, ...secrets } });
    return new Client(here.url);
  };
  try {
    await begin({ JWT_SECRET: old });
    const first = await account(here.url);
    const { email } = first;

    let client = await begin({ JWT_SECRET: next, JWT_SECRET_PREVIOUS: old });
    await client.as(first.access_token).get(ME);
    const second = await logIn(here.url, email);
    assert.notEqual(parts(second.access_token)[0].kid, parts(first.access_token)[0].kid);

    client = await begin({ JWT_SECRET: next, JWT_PRIVATE_KEY });
    await client.as(first.access_token).get(ME, 401);
    await client.as(second.access_token).get(ME);
    const third = await logIn(here.url, email);
    await client.as(third.access_token).get(ME);
    // Whoever has the key set can verify by themselves.
    const { keys } = (await client.get("/.well-known/jwks.json")).body;
    const [head, body, signature] = third.access_token.split(".");
    const key = createPublicKey({ key: keys[0], format: "jwk" });
    assert.equal(decode(head).kid, keys[0].kid);
    assert.equal(decode(head).alg, "EdDSA");
    assert.ok(verify(null, Buffer.from(`${head}.${body}`), key, Buffer.from(signature, "base64url")));
    await client.as(`${head}.${body}.${Buffer.alloc(64).toString("base64url")}`).get(ME, 401);
    await client.as(`${head}.${body}.AAAA`).get(ME, 401);
    // The public key is no secret.
    const confused = sign({ ...decode(head), alg: "HS256" }, decode(body), Buffer.from(keys[0].x, "base64url"));
    await client.as(confused).get(ME, 401);

    const other = generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "der" }).toString("base64url");
    client = await begin({ JWT_SECRET: next, JWT_PRIVATE_KEY: other, JWT_PUBLIC_KEY_PREVIOUS });
    await client.as(third.access_token).get(ME);
    assert.equal((await client.get("/.well-known/jwks.json")).body.keys.length, 2);
    await client.post("/api/v1/auth/refresh", { refresh_token: first.refresh_token }, 200);
    client = await begin({ JWT_SECRET: next, JWT_PRIVATE_KEY: other });
    await client.as(third.access_token).get(ME, 401);
    assert.equal(createPrivateKey({ key: Buffer.from(other, "base64url"), format: "der", type: "pkcs8" }).asymmetricKeyType, "ed25519");
  } finally {
    await here?.close();
    state.remove();
  }
});

test("a browser signs in and refreshes by a cookie", async () => {
  const grace = await account(worker.url);
  const refresh = (cookie, origin) =>
    raw(worker.url, {
      method: "POST",
      path: "/api/v1/auth/refresh",
      headers: { "content-type": "application/json", cookie: `__Host-refresh=${cookie}`, ...(origin && { origin }) },
      write: (sending) => sending.end(JSON.stringify({ transport: "cookie" })),
    });
  for (const origin of ["https://elsewhere.example.net", undefined]) {
    const refused = await refresh(grace.refresh_token, origin);
    assert.equal(refused.status, 403, refused.bytes.toString());
    assert.equal(refused.headers["set-cookie"], undefined);
  }
  const answer = await refresh(grace.refresh_token, worker.url);
  assert.equal(answer.status, 200, answer.bytes.toString());
  const pair = JSON.parse(answer.bytes);
  assert.equal(pair.refresh_token, undefined);
  const [cookie] = answer.headers["set-cookie"];
  assert.match(cookie, /^__Host-refresh=[^;]+; Path=\/; Secure; HttpOnly; SameSite=Strict; Max-Age=2592000$/);
  const next = await refresh(cookie.split(";")[0].split("=")[1], worker.url);
  assert.equal(next.status, 200);
  await grace.as(JSON.parse(next.bytes).access_token).get(ME);
});
