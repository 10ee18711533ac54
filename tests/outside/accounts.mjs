// Registers the accounts of the run on the server at the given address, and prints two lines of JSON: what the hooks know
// of the world (hooks.py), and the document from which schemathesis logs in those that it calls with.
import { generateKeyPairSync, randomBytes } from "node:crypto";

import { Client } from "../workerd/client.mjs";
import { mail, token } from "../workerd/mailbox.mjs";

const [base, key] = process.argv.slice(2);
const administrator = JSON.parse(key);
const send = async (method, path, body, token) => {
  const headers = { "content-type": "application/json", ...(token && { authorization: `Bearer ${token}` }) };
  const response = await fetch(`${base}${path}`, { method, headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${await response.text()}`);
  return response.status === 204 ? null : response.json();
};

/** What forecasts and readings take from a profile. */
const PROFILE = {
  full_name: "Ada Example",
  birth_date: "1990-04-12",
  birth_time: "07:45",
  birth_time_zone: "Europe/Berlin",
  time_zone: "Europe/Berlin",
};

async function register(name) {
  const account = {
    email: `${name}-${randomBytes(6).toString("hex")}@example.com`,
    password: randomBytes(18).toString("base64url"),
  };
  await send("POST", "/api/v1/auth/register", account);
  // Says now, not in the middle of the run, that it does not work.
  const { user_id, access_token } = await send("POST", "/api/v1/auth/login", account);
  await send("PUT", "/api/v1/user/profile/update", PROFILE, access_token);
  if (administrator) {
    const letter = await mail(new Client(base, administrator.key), "welcome", account.email);
    await send("POST", "/api/v1/auth/verify-email", { token: token(letter) });
  }
  return { name, account, user_id };
}

const entry = ({ name, account }) => ({
  name,
  loginEndpointAuth: {
    endpoint: "/api/v1/auth/login",
    verb: "POST",
    contentType: "application/json",
    payloadRaw: JSON.stringify(account),
    token: {
      extractFrom: "body",
      extractSelector: "/access_token",
      sendIn: "header",
      sendName: "Authorization",
      sendTemplate: "Bearer {token}",
    },
  },
});

/** Devices' keys, each for one registration. */
const keys = Array.from({ length: 100 }, () => generateKeyPairSync("ed25519").publicKey.export({ format: "jwk" }).x);

const [ada, ben, changing, target] = [
  await register("ada"),
  await register("ben"),
  // Whose profile is changed and deleted, so that ada's stays one that forecasts can be made of.
  await register("cleo"),
  // On whom administrators act.
  await register("dora"),
];
console.log(
  JSON.stringify({
    account: ada.account,
    changing: changing.account,
    keys,
    admin_key: administrator?.key,
    // What the run stands on, and what stands there for administrators to end.
    stands_on: [ada, ben, changing].map(({ user_id }) => user_id).concat(administrator?.own ?? []),
    spare: { user: target.user_id, key: administrator?.spare },
  }),
);
console.log(JSON.stringify({ auth: [ada, ben].map(entry) }));
