// The local mailbox, read as an administrator reads it.
import { account } from "./client.mjs";

/** Somebody who may read the mailbox: role and second factor as other operations would have set them. */
export async function administrator({ url, worker }) {
  const user = await account(url, { email: "admin@example.com" });
  const { DB } = await worker.getEnv();
  await DB.batch([
    DB.prepare("UPDATE users SET role = 'admin' WHERE id = ?").bind(user.user_id),
    DB.prepare("UPDATE sessions SET methods = 'pwd otp' WHERE user_id = ?").bind(user.user_id),
  ]);
  const { body } = await user.post("/api/v1/auth/refresh", { refresh_token: user.refresh_token }, 200);
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
