import type { VNode } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";

import { address, useLoad } from "../api.ts";
import { Chart, type Line } from "../chart.tsx";
import { between, type Point, quantile, type Reading, sum } from "../figures.ts";
import { milliseconds, number, share, time, words } from "../format.ts";
import { EVERY, type Live, useLive } from "../live.ts";
import { Facts, Field, Problem, Section, Table } from "../parts.tsx";
import { announce } from "../said.ts";
import type { History } from "../observed.ts";

const RANGES = ["hour", "day", "week", "quarter"];
/** Dependencies, in the order of their colours; others come after. */
const DEPENDENCIES = ["d1", "kv", "object", "upstream"];

const STATES: Record<Live["state"], string> = {
  starting: "Asking for the figures …",
  running: `Live: asked every ${EVERY / 1000} seconds.`,
  paused: "Paused.",
  hidden: "Waiting until the page is looked at.",
  waiting: "The figures cannot be had now; asked again by itself.",
};

export function Overview(): VNode {
  const live = useLive();
  const [range, setRange] = useState("");
  // Asked once with the shortest range to learn whether this version keeps a history at all.
  const history = useLoad<History>(address("/api/v1/admin/metrics/history", { range: range || "hour" }));
  const kept = history.data !== undefined;

  // Changes alone are announced: not each of the figures.
  useEffect(() => {
    if (live.state === "waiting" || live.state === "paused") announce(STATES[live.state]);
  }, [live.state]);

  const missing = live.trouble?.scope !== undefined;
  return (
    <>
      <div class="tools">
        <p class="state">{STATES[live.state]} {live.newest && <span class="quiet">Last: {time(live.newest.at)}</span>}</p>
        {!missing && (
          <button type="button" onClick={() => live.pause(live.state !== "paused")}>{live.state === "paused" ? "Go on" : "Pause"}</button>
        )}
        {(kept || range !== "") && (
          <Field label="Range" value={range} change={setRange}
            options={[{ value: "", label: "live" }, ...RANGES.map((value) => ({ value, label: `last ${value}` }))]} />
        )}
      </div>
      {live.trouble && <Problem trouble={live.trouble} />}
      {range !== "" && history.trouble && <Problem trouble={history.trouble} again={history.again} />}
      {live.newest && <Now newest={live.newest} point={live.points.at(-1)} />}
      {!missing && (range !== "" && history.data ? <Past of={history.data} /> : <Charts points={live.points} />)}
      {live.newest && <Operations of={live.newest} />}
      {!kept && history.trouble?.status === 404 && <p class="quiet" role="note">This version of the Worker keeps no history: the charts begin when this view is opened.</p>}
    </>
  );
}

const Now = ({ newest, point }: { newest: Reading; point: Point | undefined }): VNode => (
  <Facts of={[
    ["Requests a second", number(point?.requests)],
    ["Errors a second", number(point?.errors)],
    ["p95", milliseconds(point?.p95)],
    ["People today", number(newest.people)],
    ["Requests in all", number(sum(newest.requests))],
    ["Records that wait", number(sum(newest.waiting))],
  ]} />
);

function Charts({ points }: { points: Point[] }): VNode {
  const { at, rates, quantiles, dependencies, people, waiting } = useMemo(() => {
    const line = (name: string, of: (point: Point) => number | null | undefined): Line => ({ name, values: points.map((point) => of(point) ?? null) });
    const newest = points.at(-1);
    const named = Object.keys(newest?.dependencies ?? {});
    const asked = [...DEPENDENCIES, ...named.filter((name) => !DEPENDENCIES.includes(name))];
    const whats = Object.keys(newest?.waiting ?? {}).filter((what) => !what.startsWith("secrets"));
    return {
      at: points.map((point) => point.at),
      rates: [line("requests", ({ requests }) => requests), line("refused (4xx)", ({ refused }) => refused), line("errors (5xx)", ({ errors }) => errors)],
      quantiles: [line("p50", ({ p50 }) => p50), line("p95", ({ p95 }) => p95), line("p99", ({ p99 }) => p99)],
      dependencies: asked.map((name) => line(name, (point) => point.dependencies[name])),
      people: [line("people", (point) => point.people)],
      waiting: (whats.length > 0 ? whats : ["records"]).map((what) => line(words(what), (point) => point.waiting[what])),
    };
  }, [points]);
  return (
    <div class="charts">
      <Chart title="Requests a second" at={at} lines={rates} format={number} />
      <Chart title="Time until the answer" at={at} lines={quantiles} format={milliseconds} />
      <Chart title="Waiting for a dependency, a call" at={at} lines={dependencies} format={milliseconds} />
      <Chart title="People today" at={at} lines={people} format={number} />
      <Chart title="What waits to be done" at={at} lines={waiting} format={number} />
    </div>
  );
}

function Past({ of: { step_seconds, points } }: { of: History }): VNode {
  const { at, rates, quantiles, people } = useMemo(() => {
    const line = (name: string, of: (point: History["points"][number]) => number | null): Line => ({ name, values: points.map(of) });
    return {
      at: points.map((point) => new Date(point.at).getTime()),
      rates: [line("requests", ({ requests }) => requests / step_seconds), line("errors (5xx)", ({ errors }) => errors / step_seconds)],
      quantiles: [line("p50", ({ p50_ms }) => p50_ms), line("p95", ({ p95_ms }) => p95_ms), line("p99", ({ p99_ms }) => p99_ms)],
      people: [line("people", ({ active_users }) => active_users)],
    };
  }, [points, step_seconds]);
  return (
    <div class="charts">
      <Chart title="Requests a second" at={at} lines={rates} format={number} long />
      <Chart title="Time until the answer" at={at} lines={quantiles} format={milliseconds} long />
      <Chart title="People" at={at} lines={people} format={number} long />
    </div>
  );
}

function Operations({ of }: { of: Reading }): VNode {
  const rows = Object.entries(of.requests)
    .map(([operation, requests]) => {
      const found = quantile(between(undefined, of, operation), 0.95);
      return { operation, requests, errors: of.errors[operation] ?? 0, refused: of.refused[operation] ?? 0, seconds: of.seconds[operation] ?? 0, p95: found };
    })
    .sort((a, b) => b.requests - a.requests)
    .slice(0, 12);
  return (
    <Section title="Operations">
      <Table
        caption="The most frequent since it is counted; p95 is read between buckets that double"
        rows={rows}
        keyOf={({ operation }) => operation}
        columns={[
          { name: "Operation", of: ({ operation }) => <code>{operation}</code> },
          { name: "Requests", figures: true, of: ({ requests }) => number(requests) },
          { name: "Refused", figures: true, of: ({ refused, requests }) => share(refused / requests) },
          { name: "Errors", figures: true, of: ({ errors, requests }) => share(errors / requests) },
          { name: "Mean", figures: true, of: ({ seconds, requests }) => milliseconds((seconds / requests) * 1000) },
          { name: "p95", figures: true, of: ({ p95 }) => milliseconds(p95 === null ? null : p95 * 1000) },
        ]}
      />
    </Section>
  );
}
