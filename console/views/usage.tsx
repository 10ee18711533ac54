import type { VNode } from "preact";
import { useMemo, useState } from "preact/hooks";

import { address, useLoad } from "../api.ts";
import { Chart } from "../chart.tsx";
import { milliseconds, number } from "../format.ts";
import { type Column, Field, Section, Served, Shown, Table } from "../parts.tsx";
import type { Usage as Found, UsageFigures } from "../observed.ts";

const BY = [
  { value: "operation", label: "operation" },
  { value: "feature", label: "room of the house" },
  { value: "engine", label: "engine" },
];

const columns = (first: string): Column<UsageFigures>[] => [
  { name: first, of: ({ name }) => <code>{name}</code> },
  { name: "Calls", figures: true, of: ({ calls }) => number(calls) },
  { name: "Errors", figures: true, of: ({ errors }) => number(errors) },
  { name: "People", figures: true, of: ({ people }) => number(people) },
  { name: "Time", figures: true, of: ({ time_ms }) => milliseconds(time_ms) },
  { name: "Rows read", figures: true, of: ({ rows_read }) => number(rows_read) },
  { name: "Rows written", figures: true, of: ({ rows_written }) => number(rows_written) },
  { name: "D1", figures: true, of: ({ d1 }) => number(d1) },
  { name: "KV", figures: true, of: ({ kv }) => number(kv) },
  { name: "Objects", figures: true, of: ({ object }) => number(object) },
  { name: "Upstream", figures: true, of: ({ upstream }) => number(upstream) },
];

const name = ({ name }: UsageFigures): string => name;

export function Usage(): VNode {
  const [by, setBy] = useState("operation");
  const found = useLoad<Found>(address("/analytics/usage", { by }));
  return (
    <Served of={found}>
      <div class="tools">
        <Field label="By" value={by} change={setBy} options={BY} />
        <button type="button" onClick={found.again}>Look again</button>
      </div>
      <Shown of={found}>
        {({ items, days }) => (
          <>
            <Days of={days} />
            <Section title="Sums">
              <Table caption="Of all these days, the most called first" rows={items} keyOf={name} columns={columns("Name")} none="Nothing was used." />
            </Section>
            <Section title="By day">
              <Table caption="Days of UTC" rows={days.toReversed()} keyOf={name} columns={columns("Day")} none="Nothing was used." />
            </Section>
          </>
        )}
      </Shown>
    </Served>
  );
}

function Days({ of }: { of: UsageFigures[] }): VNode {
  const { at, lines } = useMemo(() => ({
    at: of.map((one) => new Date(one.name).getTime()),
    lines: [{ name: "calls", values: of.map(({ calls }) => calls) }, { name: "errors", values: of.map(({ errors }) => errors) }],
  }), [of]);
  return <div class="charts"><Chart title="Calls a day" at={at} lines={lines} format={number} long /></div>;
}
