// Asks a deployment whether it works: /health, /ready, and one journey with an account that is deleted again.
// Usage: node scripts/smoke.mjs <origin> [--version <worker>=<version id>] [--no-journey]
//
// With --version the platform is asked to answer by that version, which has to be part of the present deployment.
// SMOKE_DOMAIN (example.com) is where the account's mail would go, if the deployment sends mail: one that you hold.
import { randomBytes } from "node:crypto";
import { parseArgs } from "node:util";
import { fileURLToPath } from "node:url";

const PATIENCE = 15_000;
const person = { full_name: "Ada Vellocea", birth_date: "1990-04-12" };

/** Headers that send a request to one version, `worker=id` (the platform's Cloudflare-Workers-Version-Overrides). */
export function pinned(version) {
  const [, worker, id] = /^([\w-]+)=([\w-]+)$/.exec(version ?? "") ?? [];
  if (version && !id) throw new Error("--version wants <worker>=<version id>");
  return version ? { "cloudflare-workers-version-overrides": `${worker}="${id}"` } : {};
}

/** A caller of the deployment; an answer of another status is an error that says what was asked, never a token. */
export function caller(origin, headers = {}) {
  let token;
  const call = async (method, path, status, body) => {
    const response = await fetch(origin + path, {
      method,
      headers: {
        ...headers,
        ...(body && { "content-type": "application/json" }),
        ...(token && { authorization: `Bearer ${token}` }),
      },
      body: body && JSON.stringify(body),
      redirect: "manual",
      signal: AbortSignal.timeout(PATIENCE),
    });
    const text = await response.text();
    if (response.status !== status) {
      const id = response.headers.get("x-request-id") ?? "none";
      const { code = "no problem document" } = parsed(text) ?? {};
      throw new Error(`${method} ${path} answered ${response.status}, not ${status}: ${code} (request ${id})`);
    }
    return parsed(text);
  };
  return { call, signIn: (value) => (token = value) };
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The version that serves, and whether it can do its work. A deployment without its cache is degraded, and passes. */
export async function health({ call }) {
  const { status, version } = (await call("GET", "/health", 200)) ?? {};
  if (status !== "ok") throw new Error("/health is not this house's");
  const ready = await call("GET", "/ready", 200);
  if (!["ready", "degraded"].includes(ready?.status)) throw new Error("/ready is not this house's");
  return { version, ready: ready.status };
}

/** Registers, signs in, keeps a reading, finds it, deletes it and the account. The account goes whatever happens. */
export async function journey({ call, signIn }, domain = "example.com") {
  const account = { email: `smoke-${randomBytes(8).toString("hex")}@${domain}`, password: randomBytes(24).toString("base64url") };
  await call("POST", "/api/v1/auth/register", 202, account);
  signIn((await call("POST", "/api/v1/auth/login", 200, account)).access_token);
  try {
    const kept = await call("POST", "/api/v1/readings", 201, { engine: "numerology", input: person });
    const found = await call("GET", `/api/v1/readings/${kept.id}`, 200);
    if (found.title !== kept.title) throw new Error("the reading that was kept is not the one that was found");
    await call("DELETE", `/api/v1/readings/${kept.id}`, 204);
  } finally {
    await call("DELETE", "/api/v1/auth/me", 204);
  }
  return account.email;
}

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { version: { type: "string" }, "no-journey": { type: "boolean" } },
  });
  const [origin] = positionals;
  if (!origin) throw new Error("usage: node scripts/smoke.mjs <origin> [--version <worker>=<id>] [--no-journey]");
  const deployment = caller(origin.replace(/\/$/, ""), pinned(values.version));
  const { version, ready } = await health(deployment);
  console.log(`${origin}: version ${version}, ${ready}`);
  if (!values["no-journey"]) {
    await journey(deployment, process.env.SMOKE_DOMAIN);
    console.log("an account was made, kept a reading, found it, and was deleted");
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    await main();
  } catch (error) {
    console.error(`smoke test: ${error.message}${error.cause ? ` (${error.cause.code ?? error.cause.message})` : ""}`);
    process.exitCode = 1;
  }
}
