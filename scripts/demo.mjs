// Waits for the server, then does the product's main job once: an account, birth data, a reading that is kept
// and found again. The account and its random password stay in .wrangler/demo.json for the next run.
// Usage: node scripts/demo.mjs <base address> <seconds to wait for the server>
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { randomBytes } from "node:crypto";

const [base, patience = "60"] = process.argv.slice(2);
const memory = new URL("../.wrangler/demo.json", import.meta.url);
const person = { full_name: "Ada Vellocea", birth_date: "1990-04-12" };

/** Sends JSON, reads JSON; anything but a 2xx answer ends the demo with the problem in words. */
async function call(method, path, { token, body, accept = [] } = {}) {
  const response = await fetch(base + path, {
    method,
    headers: {
      ...(body && { "content-type": "application/json" }),
      ...(token && { authorization: `Bearer ${token}` }),
    },
    body: body && JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok && !accept.includes(response.status)) {
    throw new Error(`${method} ${path} answered ${response.status}: ${text.slice(0, 500)}`);
  }
  return { status: response.status, body: text ? JSON.parse(text) : null };
}

async function untilHealthy() {
  const deadline = Date.now() + Number(patience) * 1000;
  for (;;) {
    try {
      const response = await fetch(`${base}/health`, { signal: AbortSignal.timeout(5000) });
      if (response.ok) return;
    } catch {
      // Not listening yet.
    }
    if (Date.now() > deadline) throw new Error(`${base}/health did not answer within ${patience} s`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** The account of the last run if it can still log in, else a new one. */
async function session() {
  try {
    const known = JSON.parse(readFileSync(memory, "utf8"));
    const login = await call("POST", "/api/v1/auth/login", { body: known, accept: [401] });
    if (login.status === 200) return { email: known.email, token: login.body.access_token };
  } catch (error) {
    if (error.code !== "ENOENT" && !(error instanceof SyntaxError)) throw error;
  }
  const account = {
    email: `demo-${randomBytes(4).toString("hex")}@example.com`,
    password: randomBytes(18).toString("base64url"),
  };
  await call("POST", "/api/v1/auth/register", { body: account });
  const login = await call("POST", "/api/v1/auth/login", { body: account });
  mkdirSync(new URL(".", memory), { recursive: true });
  writeFileSync(memory, JSON.stringify(account), { mode: 0o600 });
  return { email: account.email, token: login.body.access_token };
}

function wrap(text, width = 96) {
  return text.replace(new RegExp(`(.{1,${width}})(\\s+|$)`, "g"), "    $1\n").trimEnd();
}

await untilHealthy();
console.log(`\n  serving on ${base}`);

const { email, token } = await session();
await call("PUT", "/api/v1/user/profile/update", { token, body: person });
const kept = await call("POST", "/api/v1/readings", { token, body: { engine: "numerology", input: person } });
const found = await call("GET", `/api/v1/readings/${kept.body.id}`, { token });
const list = await call("GET", "/api/v1/readings?limit=5", { token });
if (found.body.id !== kept.body.id || !list.body.items.some((reading) => reading.id === kept.body.id)) {
  throw new Error("the reading that was kept cannot be found again");
}

const reading = found.body;
console.log(`
  account  ${email}  (password in .wrangler/demo.json)
  reading  ${reading.id}, kept and found again

  ${reading.title}
${wrap(reading.summary)}
`);
for (const { title, text } of (reading.result.numbers ?? []).slice(0, 3)) {
  console.log(`  ${title}\n${wrap(text)}\n`);
}
console.log(`  open
    ${base}/docs           every operation, with try-it
    ${base}/openapi.json   the contract
    ${base}/together#email=${encodeURIComponent(email)}
                                   two tabs that stay in step
    ${base}/health         liveness
    ${base}/api/v1/engines the engines
`);
