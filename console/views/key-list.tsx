// Keys and what can be done with them: those of administrators, and those of an account.
import type { VNode } from "preact";

import { Action } from "../action.tsx";
import { call, type Pages } from "../api.ts";
import { List, Time } from "../parts.tsx";
import type { Key } from "../types.ts";

/** `at` is the address below which each key has its own. */
export const KeyList = ({ of, at, caption }: { of: Pages<Key>; at: string; caption: string }): VNode => (
  <List
    of={of}
    caption={caption}
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
          <Action label="Revoke" name={`Revoke ${name}`} title={`Revoke the key “${name}”?`} danger done={of.again}
            run={async () => {
              await call("DELETE", `${at}/${encodeURIComponent(id)}`);
              return `The key “${name}” is revoked.`;
            }}>
            <p>It stops at once, for good.</p>
          </Action>
        ),
      },
    ]}
  />
);
