// Gives an account the role admin, straight in the database: the way to the first administrator.
// Usage: node scripts/admin.mjs grant <address> [--env staging|production]     (make admin EMAIL= [TARGET=])
//
// The role holds with the next sign-in; administration also asks for a second factor. Everything after that goes
// through /api/v1/admin.
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/** A UUIDv7 (RFC 9562 section 5.7). */
function id(now) {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(now, 0, 6);
  bytes[6] = (bytes[6] & 0x0f) | 0x70;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** The statements for an address. Only characters that need no quoting are let through. */
export function grantSql(email, now = Date.now()) {
  const key = email.toLowerCase();
  if (!/^[a-z0-9.!#$%&*+/=?^_`|~-]+@[a-z0-9.-]+$/.test(key)) throw new Error("this is no mail address");
  const values = { email: key, now: String(now), event: id(now), record: id(now), request: id(now) };
  const text = readFileSync(join(root, "scripts/admin_grant.sql"), "utf8");
  return text.replace(/^--.*\n/gm, "").replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

function main([verb, email, flag, target]) {
  if (verb !== "grant" || !email || (flag && (flag !== "--env" || !["staging", "production"].includes(target)))) {
    throw new Error("usage: node scripts/admin.mjs grant <address> [--env staging|production]");
  }
  const where = target ? ["--remote", "--env", target] : ["--local"];
  const wrangler = join(root, "node_modules/.bin/wrangler");
  const args = ["d1", "execute", "DB", ...where, "--json", "--command", grantSql(email)];
  const answer = JSON.parse(execFileSync(wrangler, args, { cwd: root, encoding: "utf8", env: { ...process.env, CI: "1" } }));
  const [account] = answer.at(-1)?.results ?? [];
  if (!account) throw new Error("no account has this address: register it first");
  if (account.status !== "active") throw new Error(`the account is ${account.status}`);
  console.log(`${account.email} is an administrator. Sign in again, with a second factor.`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    main(process.argv.slice(2));
  } catch (error) {
    console.error(error.message);
    process.exit(1);
  }
}
