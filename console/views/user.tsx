import type { VNode } from "preact";

import { Action } from "../action.tsx";
import { call, useLoad, usePages } from "../api.ts";
import { choices, Facts, List, Section, Shown, State, Time } from "../parts.tsx";
import { path } from "../routes.ts";
import type { Account, Key, Session } from "../types.ts";
import { KeyList } from "./key-list.tsx";

export function User({ id }: { id: string }): VNode {
  const at = `/api/v1/admin/users/${encodeURIComponent(id)}`;
  const found = useLoad<Account>(at);
  const sessions = usePages<Session>(`${at}/sessions?sort=-created_at`);
  const again = (): void => {
    found.again();
    sessions.again();
  };
  return (
    <>
      <p><a href={path("users")}>All users</a></p>
      <Shown of={found}>{(account) => <Standing of={account} at={at} done={again} />}</Shown>
      <Section title="Sessions">
        <p class="tools">
          <Action label="End all sessions" title="End all sessions of this account?" verb="End them" danger done={sessions.again}
            run={async () => {
              await call("DELETE", `${at}/sessions`);
              return "All sessions are ended.";
            }}>
            <p>Every device has to sign in again.</p>
          </Action>
        </p>
        <List
          of={sessions}
          caption="Sessions, newest first"
          keyOf={(one) => one.id}
          none="There are no sessions."
          columns={[
            { name: "Device", of: ({ device, client_id }) => device ?? client_id ?? "not named" },
            { name: "Place", of: ({ place }) => place ?? "–" },
            { name: "Signed in by", of: ({ methods }) => methods },
            { name: "Last seen", of: ({ last_seen_at }) => <Time at={last_seen_at} /> },
            { name: "Ends", of: ({ expires_at, revoked_at }) => (revoked_at ? <>ended <Time at={revoked_at} /></> : <Time at={expires_at} />) },
          ]}
        />
      </Section>
      <Keys at={at} />
    </>
  );
}

function Standing({ of: { id, email, email_verified, status, tier, role, last_activity_at, created_at, version }, at, done }: { of: Account; at: string; done: () => void }): VNode {
  return (
    <>
      <h2>{email}</h2>
      <Facts of={[
        ["Id", <code>{id}</code>], ["Status", <State of={status} />], ["Address confirmed", email_verified ? "yes" : "no"], ["Tier", tier], ["Role", role],
        ["Last there", <Time at={last_activity_at} />], ["Since", <Time at={created_at} />],
        ["Limits", <a href={path("limits", `user:${id}`)}>how it stands</a>],
      ]} />
      <p class="tools">
        {status === "active" && (
          <Action label="Suspend" title={`Suspend ${email}?`} danger done={done}
            fields={[{ name: "reason", label: "Why", required: true, max: 500, hint: "Stands in the audit log." }]}
            run={async ({ reason }) => {
              await call("POST", `${at}/suspend`, { body: { reason } });
              return `${email} is suspended.`;
            }}>
            <p>All sessions and keys stop at once. The account can be reinstated.</p>
          </Action>
        )}
        {status === "suspended" && (
          <Action label="Reinstate" title={`Reinstate ${email}?`} done={done}
            run={async () => {
              await call("POST", `${at}/reinstate`);
              return `${email} is reinstated.`;
            }}>
            <p>The account may sign in again.</p>
          </Action>
        )}
        {status !== "deleted" && (
          <Action label="Change tier or role" title={`Tier and role of ${email}`} verb="Change" done={done}
            fields={[
              { name: "tier", label: "Tier", value: tier, options: choices("free", "pro", "enterprise") },
              { name: "role", label: "Role", value: role, options: choices("user", "support", "admin") },
            ]}
            run={async (values) => {
              await call("PATCH", at, { body: values, headers: { "content-type": "application/merge-patch+json", "if-match": `"v${version}"` } });
              return `${email} is now ${values.tier}, ${values.role}.`;
            }}>
            <p>Another role ends the account’s sessions.</p>
          </Action>
        )}
      </p>
    </>
  );
}

function Keys({ at }: { at: string }): VNode {
  const keys = usePages<Key>(`${at}/keys?sort=-created_at`);
  return (
    <Section title="Keys">
      <KeyList of={keys} at={`${at}/keys`} caption="Keys for programs, newest first" />
    </Section>
  );
}
