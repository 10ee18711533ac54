import type { VNode } from "preact";

import { Action } from "../action.tsx";
import { call, usePages } from "../api.ts";
import { number, words } from "../format.ts";
import { ahead, moment } from "../moments.ts";
import { Badge, List, Section, Served, State, Time } from "../parts.tsx";
import type { Alert, AlertChange } from "../observed.ts";

const Silence = ({ rule, done }: { rule: string; done: () => void }): VNode => (
  <Action label="Silence" name={`Silence ${rule}`} title={`Tell nobody of ${words(rule)} for a while?`} verb="Silence" done={done}
    fields={[
      { name: "until", label: "Until", type: "datetime-local", value: ahead(3_600_000), required: true, hint: "At most seven days from now; a moment that has passed ends a silence." },
      { name: "reason", label: "Why", required: true, max: 200, hint: "Stands in the audit log." },
    ]}
    run={async ({ until = "", reason }) => {
      await call("POST", `/api/v1/admin/alerts/${encodeURIComponent(rule)}/silence`, { body: { until: moment(until), reason } });
      return `${words(rule)}: nobody is told.`;
    }}>
    <p>What it does is still noted.</p>
  </Action>
);

export function Alerts(): VNode {
  const rules = usePages<Alert>("/api/v1/admin/alerts");
  const changes = usePages<AlertChange>("/api/v1/admin/alerts/history");
  const again = (): void => {
    rules.again();
    changes.again();
  };
  return (
    <>
      <p class="tools"><button type="button" onClick={again}>Look again</button></p>
      <Served of={rules}>
        <List
          of={rules}
          caption="Rules and how they stand"
          keyOf={({ rule }) => rule}
          none="There are no rules."
          columns={[
            { name: "Rule", of: ({ rule, summary }) => <><code>{rule}</code> {summary}</> },
            { name: "State", of: ({ state, silenced_until }) => <><State of={state} />{silenced_until && <> <Badge>silenced until <Time at={silenced_until} /></Badge></>}</> },
            { name: "Severity", of: ({ severity }) => severity },
            { name: "Value", figures: true, of: ({ value }) => number(value) },
            { name: "Fires above", figures: true, of: ({ above }) => number(above) },
            { name: "Ends at", figures: true, of: ({ below }) => number(below) },
            { name: "Since", of: ({ since }) => <Time at={since} /> },
            { name: "Last looked at", of: ({ evaluated_at }) => <Time at={evaluated_at} /> },
            { name: "What to do", of: ({ runbook }) => <code>{runbook}</code> },
            { name: "Controls", of: ({ rule }) => <Silence rule={rule} done={again} /> },
          ]}
        />
        {changes.trouble?.status !== 404 && (
          <Section title="When they fired and ended">
            <List
              of={changes}
              caption="Changes, newest first"
              keyOf={({ id }) => id}
              none="None has fired."
              columns={[
                { name: "When", of: ({ at }) => <Time at={at} /> },
                { name: "Rule", of: ({ rule }) => <code>{rule}</code> },
                { name: "State", of: ({ state }) => <State of={state} /> },
                { name: "Value", figures: true, of: ({ value }) => number(value) },
                { name: "Webhook", of: ({ webhook, attempts, failure }) => <>{words(webhook)}{attempts > 0 && `, attempts: ${attempts}`}{failure && `, ${failure}`}</> },
              ]}
            />
          </Section>
        )}
      </Served>
    </>
  );
}
