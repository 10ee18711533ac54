// The first administrator, as an operator makes one, and the local mailbox, as administrators read it.
import { unstable_splitSqlQuery } from "wrangler";

import { grantSql } from "../../scripts/admin.mjs";
import { PASSWORD, account } from "./client.mjs";
import { authenticator } from "./totp.mjs";

/** Somebody with the role admin who signed in with two factors. */
export async function administrator({ url, worker }) {
  const email = "admin@example.com";
  const user = await account(url, { email });
  const { DB } = await worker.getEnv();
  await DB.batch(unstable_splitSqlQuery(grantSql(email)).map((sql) => DB.prepare(sql)));
  const { body: enrolment } = await user.post("/api/v1/auth/two-factor/enrol", undefined, 200);
  const code = authenticator(enrolment.secret);
  await user.post("/api/v1/auth/two-factor/confirm", { code: code() }, 200);
  const { body } = await user.post("/api/v1/auth/login", { email, password: PASSWORD, code: code(1) }, 200);
  return user.as(body.access_token);
}

/** The newest mail of a kind to an address. */
export async function mail(admin, kind, to) {
  const { body } = await admin.get("/api/v1/admin/mailbox?limit=100");
  for (const { id } of body.items.filter((item) => item.kind === kind)) {
    const found = await admin.get(`/api/v1/admin/mailbox/${id}`);
    if (found.body.to === to) return found.body;
  }
  throw new Error(`no ${kind} to ${to}`);
}

/** The token of a mail. */
export const token = ({ text }) => /for programs: (\S+)/.exec(text)[1];
