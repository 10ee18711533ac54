// The four providers on one loopback server: a real OpenID provider (oidc-provider), and before it what makes each
// of them peculiar. Google is the provider as it is. Apple posts its answers and wants its client secret signed.
// Microsoft describes itself for any tenant and signs for one. GitHub has no id tokens, but an API.
import assert from "node:assert/strict";
import { createPrivateKey, createPublicKey, generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";
import { SignJWT, base64url, exportJWK, jwtVerify } from "jose";
import { Provider } from "oidc-provider";

export const TENANT = "0197f7a0-0000-4000-8000-000000000001";
const SECRETS = { google: "google-secret", apple: "apple-inside", github: "github-secret", microsoft: "microsoft-secret" };
const PATHS = { google: "/google", apple: "/apple", github: "/github", microsoft: `/${TENANT}/v2.0` };

const rsa = () => generateKeyPairSync("rsa", { modulusLength: 2048 });
const body = async (request) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
};

/**
 * Starts them. `people` is who sits before the browser at each provider, as claims with `sub`; `tamper` may replace
 * the id token of a provider's answer; `seen` collects what was asked of the token endpoints.
 */
export async function startProviders() {
  const signing = rsa();
  const apple = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const jwk = { ...(await exportJWK(signing.privateKey)), kid: "rsa-1", use: "sig", alg: "RS256" };
  const state = { people: {}, tamper: {}, seen: [], told: new Set() };
  const server = createServer((request, response) => answer(request, response));
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${server.address().port}`;
  const providers = {};

  /** Variables and secrets of a Worker that signs in here. */
  const settings = {
    vars: {
      APP_URLS: "https://app.example.com/signed-in",
      GOOGLE_CLIENT_ID: "google-us",
      GOOGLE_ISSUER: `${url}${PATHS.google}`,
      APPLE_CLIENT_ID: "apple-us",
      APPLE_TEAM_ID: "TEAM",
      APPLE_KEY_ID: "KEY",
      APPLE_ISSUER: `${url}${PATHS.apple}`,
      GITHUB_CLIENT_ID: "github-us",
      GITHUB_ISSUER: `${url}${PATHS.github}`,
      MICROSOFT_CLIENT_ID: "microsoft-us",
      MICROSOFT_ISSUER: `${url}/common/v2.0`,
    },
    secrets: {
      GOOGLE_CLIENT_SECRET: SECRETS.google,
      GITHUB_CLIENT_SECRET: SECRETS.github,
      MICROSOFT_CLIENT_SECRET: SECRETS.microsoft,
      APPLE_PRIVATE_KEY: apple.privateKey.export({ type: "pkcs8", format: "pem" }),
    },
  };

  /** Makes the providers, once it is known where the Worker is. */
  function open(worker) {
    for (const name of Object.keys(PATHS)) providers[name] = provider(name, `${worker}/api/v1/oauth/${name}/callback`);
  }

  function provider(name, redirect) {
    const scopes = { github: ["read:user", "user:email"] }[name] ?? ["openid", "email", "profile", "name"];
    const made = new Provider(url + PATHS[name], {
      clients: [
        {
          client_id: `${name}-us`,
          client_secret: SECRETS[name],
          redirect_uris: [redirect],
          response_types: ["code"],
          grant_types: ["authorization_code"],
          token_endpoint_auth_method: "client_secret_post",
        },
      ],
      jwks: { keys: [jwk] },
      scopes,
      claims: { openid: ["sub", "hd", "tid", "xms_edov"], email: ["email", "email_verified"], profile: ["name"] },
      conformIdTokenClaims: false,
      pkce: { required: () => true },
      features: { devInteractions: { enabled: false } },
      cookies: { keys: ["a key of these tests"], names: { session: `${name}_session`, interaction: `${name}_i`, resume: `${name}_r` } },
      interactions: { url: (_, { uid }) => `${PATHS[name]}/interaction/${uid}` },
      findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ ...state.people[name], sub }) }),
      // Whoever signs in agrees.
      loadExistingGrant: async ({ oidc }) => {
        const grant = new oidc.provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId });
        grant.addOIDCScope(scopes.join(" "));
        await grant.save();
        return grant;
      },
      ttl: { Session: 3600, Grant: 3600, Interaction: 600, AccessToken: 600, AuthorizationCode: 60, IdToken: 600 },
    });
    made.proxy = false;
    return made;
  }

  const json = (response, status, value) => {
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify(value));
  };

  /** Hands a request on to the provider, beneath its path. */
  function hand(name, request, response, path = request.url.slice(PATHS[name].length) || "/") {
    request.originalUrl = request.url;
    request.baseUrl = PATHS[name];
    request.url = path;
    return providers[name].callback()(request, response);
  }

  async function answer(request, response) {
    const { pathname, searchParams } = new URL(request.url, url);
    if (pathname === "/common/v2.0/.well-known/openid-configuration") {
      const own = await (await fetch(`${url}${PATHS.microsoft}/.well-known/openid-configuration`)).json();
      return json(response, 200, { ...own, issuer: `${url}/{tenantid}/v2.0` });
    }
    const name = Object.keys(PATHS).find((one) => pathname.startsWith(`${PATHS[one]}/`));
    if (!name) return json(response, 404, {});
    const rest = pathname.slice(PATHS[name].length);
    if (rest.startsWith("/interaction/")) return interact(name, request, response);
    if (name === "github") return github(rest, searchParams, request, response);
    if (rest === "/token") return json(response, ...(await token(name, new URLSearchParams(await body(request)))));
    return hand(name, request, response);
  }

  /** Somebody sits here and signs in as the person of the moment. */
  async function interact(name, request, response) {
    request.url = request.url.slice(PATHS[name].length);
    const person = state.people[name];
    const result = person
      ? { login: { accountId: person.sub, remember: false } }
      : { error: "access_denied", error_description: "nobody wants to" };
    return providers[name].interactionFinished(request, response, result, { mergeWithLastSubmission: false });
  }

  /** The token endpoint, with Apple's check before it and the tampering behind it. */
  async function token(name, form) {
    state.seen.push({ name, form: Object.fromEntries(form) });
    if (name === "apple") {
      const secret = form.get("client_secret");
      const { payload, protectedHeader } = await jwtVerify(secret, createPublicKey(apple.publicKey.export({ type: "spki", format: "pem" })), {
        algorithms: ["ES256"],
        audience: url + PATHS.apple,
        issuer: "TEAM",
        subject: "apple-us",
        maxTokenAge: "1h",
      }).catch(() => ({ payload: null }));
      if (!payload || protectedHeader.kid !== "KEY") return [400, { error: "invalid_client" }];
      form.set("client_secret", SECRETS.apple);
    }
    const { status, value } = await inside(name, "/token", form);
    const tamper = state.tamper[name];
    if (status === 200 && tamper) value.id_token = await tamper(value.id_token);
    return [status, value];
  }

  /** Asks a provider of this server without the peculiarities. */
  async function inside(name, path, form) {
    const inner = createServer((request, response) => {
      request.url = PATHS[name] + path;
      hand(name, request, response, path);
    });
    await new Promise((resolve) => inner.listen(0, "127.0.0.1", resolve));
    try {
      const reply = await fetch(`http://127.0.0.1:${inner.address().port}${path}`, { method: "POST", body: form });
      return { status: reply.status, value: await reply.json() };
    } finally {
      inner.close();
    }
  }

  async function github(rest, search, request, response) {
    if (rest === "/login/oauth/authorize") {
      response.writeHead(302, { location: `${url}${PATHS.github}/auth?${search}` });
      return response.end();
    }
    if (rest === "/login/oauth/access_token") {
      assert.equal(request.headers.accept, "application/json");
      const [status, value] = await token("github", new URLSearchParams(await body(request)));
      // GitHub tells of refusals with status 200.
      return json(response, 200, status === 200 ? value : { error: "bad_verification_code" });
    }
    if (rest.startsWith("/api/v3/")) {
      const found = await providers.github.AccessToken.find((request.headers.authorization ?? "").replace("Bearer ", ""));
      if (!found || !request.headers["user-agent"]) return json(response, 401, { message: "Requires authentication" });
      const { user, emails } = state.people.github;
      return json(response, 200, rest === "/api/v3/user" ? user : emails);
    }
    return hand("github", request, response);
  }

  return {
    url,
    settings,
    open,
    state,
    /** Signs what an id token might claim, with the provider's own key unless another is given. */
    forge: (claims, { alg = "RS256", kid = "rsa-1", key } = {}) =>
      new SignJWT(claims).setProtectedHeader({ alg, kid }).sign(key ?? createPrivateKey(signing.privateKey.export({ type: "pkcs8", format: "pem" }))),
    unsigned: (claims) => `${base64url.encode(JSON.stringify({ alg: "none", kid: "rsa-1" }))}.${base64url.encode(JSON.stringify(claims))}.`,
    otherKey: () => rsa().privateKey,
    clientSecret: new TextEncoder().encode(SECRETS.google.padEnd(32, "-")),
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

/** A browser: it keeps cookies by origin and follows redirects until one leads out, to `stop`. */
export class Browser {
  #cookies = new Map();

  async #fetch(address, init) {
    const { origin } = new URL(address);
    const jar = this.#cookies.get(origin) ?? new Map();
    this.#cookies.set(origin, jar);
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
    const reply = await fetch(address, { redirect: "manual", ...init, headers: { ...init?.headers, ...(cookie && { cookie }) } });
    for (const line of reply.headers.getSetCookie()) {
      const [pair, ...attributes] = line.split("; ");
      const [name, value] = [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)];
      const gone = attributes.some((one) => /^max-age=0$/i.test(one) || /^expires=thu, 01 jan 1970/i.test(one));
      if (gone) jar.delete(name);
      else jar.set(name, value);
    }
    return reply;
  }

  /** Goes to an address and on; ends at an answer that leads nowhere, or at an address that `until` wants. */
  async go(address, { until = () => false, init } = {}) {
    for (let hop = 0; hop < 20; hop += 1) {
      if (until(address)) return { address };
      const reply = await this.#fetch(address, init);
      init = undefined;
      const location = reply.headers.get("location");
      if (location) {
        address = new URL(location, address).href;
        continue;
      }
      const text = await reply.text();
      const form = /<form method="post" action="([^"]+)">/.exec(text);
      if (!form || reply.status !== 200) return { address, reply, text };
      // A page that posts its form by itself.
      const fields = [...text.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"\/>/g)];
      const plain = (value) => value.replaceAll("&quot;", '"').replaceAll("&#39;", "'").replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
      const posted = new URLSearchParams(fields.map(([, name, value]) => [name, plain(value)]));
      address = plain(form[1]);
      this.lastForm = { address, posted };
      if (until(address)) return { address, posted };
      for (const [name, value] of Object.entries(this.beside ?? {})) posted.set(name, value);
      init = { method: "POST", body: posted };
    }
    throw new Error("the browser was led in circles");
  }
}
