import type { VNode } from "preact";
import { useState } from "preact/hooks";

import { Action } from "../action.tsx";
import { address, call, usePages } from "../api.ts";
import { number, words } from "../format.ts";
import { Badge, choices, Field, List, Served, State, Time } from "../parts.tsx";
import type { ErrorGroup } from "../observed.ts";

/** What may be decided of a group, but for what it is. */
const DECISIONS: Record<string, string> = { resolved: "Resolve", muted: "Mute", open: "Reopen" };

const Decide = ({ group, to, done }: { group: ErrorGroup; to: string; done: () => void }): VNode => (
  <Action label={DECISIONS[to] ?? to} name={`${DECISIONS[to]} ${group.code} of ${group.action}`} title={`${DECISIONS[to]} ${group.code} of ${group.action}?`} done={done}
    fields={[{ name: "note", label: "Note", value: group.note ?? "", max: 500, hint: "Stands in the audit log." }]}
    run={async ({ note }) => {
      const body = { state: to, note: note || null };
      const headers = { "content-type": "application/merge-patch+json", "if-match": `"v${group.version}"` };
      await call("PATCH", `/api/v1/admin/errors/${group.fingerprint}`, { body, headers });
      return `${group.code} of ${group.action} is ${to}.`;
    }}>
    <p>{to === "resolved" ? "Should it come again, it is open again and marked." : to === "muted" ? "It is counted on, and nobody is told." : "It is looked at again."}</p>
  </Action>
);

export function Errors(): VNode {
  const [state, setState] = useState("open");
  const [severity, setSeverity] = useState("");
  const found = usePages<ErrorGroup>(address("/api/v1/admin/errors", { state, severity, limit: 20 }));
  return (
    <Served of={found}>
      <div class="tools">
        <Field label="State" value={state} change={setState} options={choices("", "open", "resolved", "muted")} />
        <Field label="Severity" value={severity} change={setSeverity} options={choices("", "fatal", "error", "warning")} />
        <button type="button" onClick={found.again}>Look again</button>
      </div>
      <List
        of={found}
        caption="Errors by kind, the last seen first"
        keyOf={({ fingerprint }) => fingerprint}
        none="There are no such errors."
        columns={[
          { name: "What", of: ({ code, action, cause }) => <><code>{code}</code> of <code>{action}</code> {cause}</> },
          { name: "Severity", of: ({ severity: of }) => <State of={of} /> },
          { name: "State", of: ({ state: of, regressed }) => <><Badge>{words(of)}</Badge>{regressed && <> <Badge tone="bad">came again</Badge></>}</> },
          { name: "In all", figures: true, of: ({ count }) => number(count) },
          { name: "24 hours, and before", figures: true, of: ({ day, day_before }) => `${number(day)}, ${number(day_before)}` },
          { name: "First seen", of: ({ first_seen }) => <Time at={first_seen} /> },
          { name: "Last seen", of: ({ last_seen, release }) => <><Time at={last_seen} />, version {release}</> },
          { name: "Last request", of: ({ request_id }) => request_id ?? "–" },
          { name: "Controls", of: (group) => <>{Object.keys(DECISIONS).filter((to) => to !== group.state).map((to) => <Decide key={to} group={group} to={to} done={found.again} />)}</> },
        ]}
      />
    </Served>
  );
}
