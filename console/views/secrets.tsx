import type { VNode } from "preact";

import { usePages } from "../api.ts";
import { words } from "../format.ts";
import { List, State, Time } from "../parts.tsx";
import type { Secret } from "../types.ts";

export function Secrets(): VNode {
  const found = usePages<Secret>("/api/v1/admin/secrets");
  return (
    <>
      <p>How old the secrets of this deployment are. Their values are nowhere to be seen.</p>
      <List
        of={found}
        caption="Secrets and keys that are watched"
        keyOf={({ name, first_seen }) => name + first_seen}
        none="Nothing has been seen yet: the scheduled job looks every few minutes."
        columns={[
          { name: "Name", of: ({ name }) => <code>{name}</code> },
          { name: "Kind", of: ({ kind }) => words(kind) },
          { name: "State", of: ({ state }) => <State of={state} /> },
          { name: "First seen", of: ({ first_seen }) => <Time at={first_seen} /> },
          { name: "To be replaced by", of: ({ expires_at }) => <Time at={expires_at} /> },
        ]}
      />
    </>
  );
}
