import type { VNode } from "preact";

import { address, usePages } from "../api.ts";
import { milliseconds } from "../format.ts";
import { moment } from "../moments.ts";
import { choices, Field, List, Served, State, Time } from "../parts.tsx";
import { useSearch } from "../search.ts";
import type { LogLine } from "../observed.ts";

const EMPTY = { level: "", action: "", status: "", request_id: "", trace_id: "", user_id: "", from: "", to: "" };

/** A field of a line, if it is text or a number: nothing is promised of what is in one. */
const plain = (line: Record<string, unknown>, name: string): string | undefined => {
  const value = line[name];
  return typeof value === "string" || typeof value === "number" ? String(value) : undefined;
};

const status = ({ metadata }: Record<string, unknown>): string =>
  (metadata !== null && typeof metadata === "object" && plain(metadata as Record<string, unknown>, "status")) || "–";

export function Logs(): VNode {
  const { asked, field, submit } = useSearch(EMPTY);
  const found = usePages<LogLine>(address("/api/v1/admin/logs", { ...asked, from: moment(asked.from), to: moment(asked.to), limit: 20 }));
  return (
    <Served of={found}>
      <form class="tools" role="search" onSubmit={submit(found.again)}>
        <Field label="Level" {...field("level")} options={choices("", "info", "warn", "error")} />
        <Field label="Action" {...field("action")} max={64} hint="such as create_reading" />
        <Field label="Status" {...field("status")} type="number" />
        <Field label="Request" {...field("request_id")} max={36} />
        <Field label="Trace" {...field("trace_id")} max={32} />
        <Field label="Account" {...field("user_id")} max={36} />
        <Field label="From" {...field("from")} type="datetime-local" />
        <Field label="To" {...field("to")} type="datetime-local" />
        <button type="submit">Search</button>
      </form>
      <List
        of={found}
        caption="Lines, newest first"
        keyOf={({ request_id, line }) => `${request_id} ${plain(line, "timestamp")} ${plain(line, "action")}`}
        none="No line is like this."
        columns={[
          { name: "When", of: ({ line }) => <Time at={plain(line, "timestamp")} /> },
          { name: "Level", of: ({ line }) => <State of={plain(line, "level")} /> },
          { name: "Action", of: ({ line }) => <code>{plain(line, "action") ?? "–"}</code> },
          { name: "Status", figures: true, of: ({ line }) => status(line) },
          { name: "Took", figures: true, of: ({ line }) => (typeof line.duration === "number" ? milliseconds(line.duration) : "–") },
          { name: "Request", of: ({ request_id }) => request_id },
          { name: "More", of: ({ line }) => <details><summary>The whole line</summary><pre>{JSON.stringify(line, null, 2)}</pre></details> },
        ]}
      />
    </Served>
  );
}
