import type { VNode } from "preact";
import { useState } from "preact/hooks";

import { address, useLoad } from "../api.ts";
import { milliseconds, number, share, words } from "../format.ts";
import { Badge, Field, Section, Shown, Table, Time } from "../parts.tsx";
import type { DatabaseReport } from "../types.ts";

const ORDERS = [
  { value: "time", label: "time in all" },
  { value: "p95", label: "slowest (p95)" },
  { value: "calls", label: "most frequent" },
  { value: "rows_read", label: "rows read" },
];

export function Database(): VNode {
  const [order, setOrder] = useState("time");
  const found = useLoad<DatabaseReport>(address("/performance/database", { order, limit: 100 }));
  return (
    <>
      <div class="tools">
        <Field label="Order" value={order} change={setOrder} options={ORDERS} />
        <button type="button" onClick={found.again}>Look again</button>
      </div>
      <Shown of={found}>
        {({ since, to, error_bound, dropped, queries, operations }) => {
          const warned = queries.filter(({ warning }) => warning !== null).length;
          return (
            <>
              <p>
                From <Time at={since} /> to <Time at={to} />; quantiles within {share(error_bound)}.
                {dropped > 0 && ` The counts of ${number(dropped)} requests may be missing.`}
              </p>
              <Section title="Statements">
                <p role="note">{warned === 0 ? "No plan of these gives a warning." : `${warned} of these have a plan that gives a warning.`}</p>
                <Table
                  caption={`Statements by ${ORDERS.find(({ value }) => value === order)?.label}`}
                  rows={queries}
                  keyOf={({ query }) => query}
                  columns={[
                    { name: "Statement", of: ({ query }) => <code>{query}</code> },
                    { name: "Calls", figures: true, of: ({ calls }) => number(calls) },
                    { name: "Errors", figures: true, of: ({ errors }) => number(errors) },
                    { name: "Share of time", figures: true, of: ({ time_share }) => share(time_share) },
                    { name: "p50", figures: true, of: ({ p50_ms }) => milliseconds(p50_ms) },
                    { name: "p95", figures: true, of: ({ p95_ms }) => milliseconds(p95_ms) },
                    { name: "p99", figures: true, of: ({ p99_ms }) => milliseconds(p99_ms) },
                    { name: "Rows read a call", figures: true, of: ({ rows_read }) => number(rows_read) },
                    { name: "Rows written a call", figures: true, of: ({ rows_written }) => number(rows_written) },
                    { name: "Warning", of: ({ warning }) => (warning ? <Badge tone="odd">{words(warning)}</Badge> : "none") },
                  ]}
                />
              </Section>
              <Section title="Cost of operations">
                <Table
                  caption="Units of the platform a call"
                  rows={operations}
                  keyOf={({ operation }) => operation}
                  columns={[
                    { name: "Operation", of: ({ operation }) => <code>{operation}</code> },
                    { name: "Calls", figures: true, of: ({ calls }) => number(calls) },
                    { name: "Rows read", figures: true, of: ({ rows_read }) => number(rows_read) },
                    { name: "Rows written", figures: true, of: ({ rows_written }) => number(rows_written) },
                    { name: "D1", figures: true, of: ({ d1 }) => number(d1) },
                    { name: "KV", figures: true, of: ({ kv }) => number(kv) },
                    { name: "Objects", figures: true, of: ({ object }) => number(object) },
                    { name: "Upstream", figures: true, of: ({ upstream }) => number(upstream) },
                  ]}
                />
              </Section>
            </>
          );
        }}
      </Shown>
    </>
  );
}
