import type { VNode } from "preact";

import { address, useLoad, usePages } from "../api.ts";
import { number } from "../format.ts";
import { moment } from "../moments.ts";
import { choices, Facts, Field, List, Section, Shown, State, Time } from "../parts.tsx";
import { useSearch } from "../search.ts";
import type { AuditRecord, Verification } from "../types.ts";

const EMPTY = { kind: "", actor: "", subject: "", user: "", request: "", outcome: "", from: "", to: "" };

function Chain(): VNode {
  const found = useLoad<Verification>("/api/v1/admin/audit/verification");
  return (
    <Section title="Does the chain hold?">
      <Shown of={found}>
        {({ state, fault, head, begins_after, verified_from, unsealed, unsealed_since, last_checkpoint }) => (
          <>
            {fault && <p class="trouble" role="alert">{fault}</p>}
            <Facts of={[
              ["The newest stretch is", <State of={state} />],
              ["Followed from", verified_from === null ? "nothing is sealed yet" : number(verified_from)],
              ["To", number(head)],
              ["Removed by age up to", number(begins_after)],
              ["Not sealed yet", <>{number(unsealed)}{unsealed_since && <> since <Time at={unsealed_since} /></>}</>],
              ["Last checkpoint", last_checkpoint ? <>{number(last_checkpoint.seq)}, <Time at={last_checkpoint.at} />, by <code>{last_checkpoint.key_id}</code></> : "none"],
            ]} />
          </>
        )}
      </Shown>
      <p class="tools"><button type="button" onClick={found.again}>Verify again</button></p>
    </Section>
  );
}

export function Audit(): VNode {
  const { asked, field, submit } = useSearch(EMPTY);
  const found = usePages<AuditRecord>(address("/api/v1/admin/audit", { ...asked, from: moment(asked.from), to: moment(asked.to), limit: 20 }));
  return (
    <>
      <Chain />
      <Section title="Records">
        <form class="tools" role="search" onSubmit={submit(found.again)}>
          <Field label="Kind" {...field("kind")} max={64} hint="such as admin.used" />
          <Field label="Who" {...field("actor")} max={100} hint="such as user:<id>" />
          <Field label="Of what" {...field("subject")} max={200} hint="such as operation:list_admin_users" />
          <Field label="Account" {...field("user")} max={36} />
          <Field label="Request" {...field("request")} max={36} />
          <Field label="Outcome" {...field("outcome")} options={choices("", "done", "refused")} />
          <Field label="From" {...field("from")} type="datetime-local" />
          <Field label="To" {...field("to")} type="datetime-local" />
          <button type="submit">Search</button>
        </form>
        <List
          of={found}
          caption="Records, newest first"
          keyOf={({ id }) => id}
          none="No record is like this."
          columns={[
            { name: "Place", figures: true, of: ({ seq }) => (seq === null ? "not sealed" : number(seq)) },
            { name: "When", of: ({ at }) => <Time at={at} /> },
            { name: "Kind", of: ({ kind }) => <code>{kind}</code> },
            { name: "Outcome", of: ({ outcome }) => <State of={outcome} /> },
            { name: "Who", of: ({ actor }) => actor },
            { name: "Of what", of: ({ subject_type, subject_id }) => `${subject_type} ${subject_id}` },
            {
              name: "More",
              of: ({ request_id, source, personal }) => (
                <details>
                  <summary>Request and origin</summary>
                  <pre>{JSON.stringify({ request_id, source, personal }, null, 2)}</pre>
                </details>
              ),
            },
          ]}
        />
      </Section>
    </>
  );
}
