import type { VNode } from "preact";
import { useState } from "preact/hooks";

import { Action } from "../action.tsx";
import { call, usePages } from "../api.ts";
import type { Key } from "../types.ts";
import { KeyList } from "./key-list.tsx";

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
      <KeyList of={keys} at={HERE} caption="Keys of administrators" />
    </>
  );
}
