import type { VNode } from "preact";

import { useLoad } from "../api.ts";
import { milliseconds, number, words } from "../format.ts";
import { Badge, Facts, Section, Shown, State, Table } from "../parts.tsx";
import type { Health as Found } from "../types.ts";

export function Health(): VNode {
  const found = useLoad<Found>("/api/v1/admin/system/health");
  return (
    <>
      <p class="tools"><button type="button" onClick={found.again}>Look again</button></p>
      <Shown of={found}>
        {({ status, version, environment, checks, waiting }) => (
          <>
            <Facts of={[["State", <State of={status} />], ["Version", version], ["Environment", environment]]} />
            <Section title="Dependencies">
              <Table
                caption="Each was asked just now"
                rows={checks}
                keyOf={({ name }) => name}
                columns={[
                  { name: "Dependency", of: ({ name }) => words(name) },
                  { name: "State", of: ({ ok }) => <Badge tone={ok ? "good" : "bad"}>{ok ? "answers" : "does not answer"}</Badge> },
                  { name: "Latency", figures: true, of: ({ latency_ms }) => milliseconds(latency_ms) },
                ]}
              />
            </Section>
            <Section title="What waits">
              {waiting ? <Facts of={Object.entries(waiting).map(([what, count]) => [words(what), number(count)])} /> : <p class="quiet">Not known now.</p>}
            </Section>
          </>
        )}
      </Shown>
    </>
  );
}
