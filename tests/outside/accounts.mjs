// Registers two accounts on the server at the given address and prints, one a line: the first one's credentials,
// and the document from which schemathesis logs both in.
import { randomBytes } from "node:crypto";

const [base] = process.argv.slice(2);
const post = async (path, body) => {
  const response = await fetch(`${base}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`POST ${path} answered ${response.status}: ${await response.text()}`);
  return response.json();
};

const accounts = [];
for (const name of ["ada", "ben"]) {
  const account = {
    email: `${name}-${randomBytes(6).toString("hex")}@example.com`,
    password: randomBytes(18).toString("base64url"),
  };
  await post("/api/v1/auth/register", account);
  await post("/api/v1/auth/login", account); // says now, not in the middle of the run, that it does not work
  accounts.push({ name, account });
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

console.log(JSON.stringify(accounts[0].account));
console.log(JSON.stringify({ auth: accounts.map(entry) }));
