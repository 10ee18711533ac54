import type { VNode } from "preact";
import { useState } from "preact/hooks";

import { Action } from "../action.tsx";
import { call, usePages } from "../api.ts";
import { List, Time } from "../parts.tsx";
import type { Key } from "../types.ts";

const HERE = "/api/v1/admin/keys";

export function Keys(): VNode {
  const keys = usePages<Key>(`${HERE}?limit=50`);
  const [made, setMade] = useState<{ name: string; key: string }>();
  return (
    <>
      <p>Keys of administrators: for monitoring, scripts, and this console. Those of accounts stand with each user.</p>
      <p class="tools">
        <Action label="Make a key …" title="Make an administrator’s key" verb="Make it" done={keys.again}
          fields={[
            { name: "name", label: "Name", required: true, max: 100 },
            { name: "scopes", label: "Scopes", type: "area", required: true, value: "admin:health:read", hint: "One a line. They decide what the key may see and do." },
          ]}
          run={async ({ name = "", scopes = "" }) => {
            const body = { name, scopes: scopes.split(/[\s,]+/).filter((one) => one !== "") };
            const { key } = await call<{ key: string }>("POST", HERE, { body });
            setMade({ name, key });
            return `The key “${name}” is made.`;
          }} />
      </p>
      {made && (
        <div class="shown-once" role="note">
          <p>“{made.name}” is shown this once:</p>
          <p><code>{made.key}</code></p>
          <button type="button" onClick={() => setMade(undefined)}>I have it</button>
        </div>
      )}
      <List
        of={keys}
        caption="Keys of administrators"
        keyOf={({ id }) => id}
        none="There are no keys."
        columns={[
          { name: "Name", of: ({ name }) => name },
          { name: "Key", of: ({ prefix, last_four }) => <code>{prefix}…{last_four}</code> },
          { name: "Scopes", of: ({ scopes }) => scopes.join(" ") },
          { name: "Last used", of: ({ last_used_at }) => <Time at={last_used_at} /> },
          { name: "Ends", of: ({ expires_at }) => <Time at={expires_at} /> },
          {
            name: "Controls",
            of: ({ id, name }) => (
              <Action label="Revoke" name={`Revoke ${name}`} title={`Revoke the key “${name}”?`} danger done={keys.again}
                run={async () => {
                  await call("DELETE", `${HERE}/${encodeURIComponent(id)}`);
                  return `The key “${name}” is revoked.`;
                }}>
                <p>It stops at once, for good.</p>
              </Action>
            ),
          },
        ]}
      />
    </>
  );
}
