import type { VNode } from "preact";

import { Action } from "../action.tsx";
import { call, type Page, useLoad } from "../api.ts";
import { milliseconds, number, share, words } from "../format.ts";
import { Section, Shown, State, Table, Time } from "../parts.tsx";
import type { Breaker, EngineMetrics } from "../types.ts";

const MODES = [
  { mode: "forced_open", label: "Open", title: "Open the breaker", says: "The remote engine is asked no more; results are calculated here until it is set back." },
  { mode: "disabled", label: "Disable", title: "Disable the breaker", says: "The remote engine is asked whatever happens until it is set back." },
  { mode: "automatic", label: "Automatic", title: "Let the breaker judge again", says: "It goes by what it counts." },
];

function Controls({ of: { engine, mode }, done }: { of: Breaker; done: () => void }): VNode {
  const at = `/api/v1/admin/engines/${encodeURIComponent(engine)}/breaker`;
  return (
    <span class="choice">
      <Action label="Reset" name={`Reset ${engine}`} title={`Reset the breaker of ${engine}?`} verb="Reset" done={done}
        run={async () => {
          await call("POST", `${at}/reset`);
          return `The breaker of ${engine} has forgotten what it counted.`;
        }}>
        <p>It forgets what it has counted. An open one closes; a forced one stays forced.</p>
      </Action>
      {MODES.filter((one) => one.mode !== mode).map((one) => (
        <Action key={one.mode} label={one.label} name={`${one.label} ${engine}`} title={`${one.title} of ${engine}?`} verb={one.label} danger={one.mode !== "automatic"}
          fields={[{ name: "reason", label: "Why", required: true, max: 200, hint: "Stands in the audit log." }]}
          run={async ({ reason }) => {
            await call("PUT", at, { body: { mode: one.mode, reason } });
            return `The breaker of ${engine} is now: ${words(one.mode)}.`;
          }} done={done}>
          <p>{one.says}</p>
        </Action>
      ))}
    </span>
  );
}

export function Engines(): VNode {
  const breakers = useLoad<Page<Breaker>>("/api/v1/admin/engines");
  const metrics = useLoad<EngineMetrics>("/api/v1/admin/engines/metrics");
  const again = (): void => {
    breakers.again();
    metrics.again();
  };
  return (
    <>
      <p class="tools"><button type="button" onClick={again}>Look again</button></p>
      <Section title="Breakers">
        <Shown of={breakers}>
          {({ items }) => (
            <Table
              caption="Breakers before remote engines"
              rows={items}
              keyOf={({ engine }) => engine}
              columns={[
                { name: "Engine", of: ({ engine }) => <code>{engine}</code> },
                { name: "State", of: ({ state }) => <State of={state} /> },
                { name: "Since", of: ({ since }) => <Time at={since} /> },
                { name: "Why", of: ({ why }) => (why ? words(why) : "–") },
                { name: "Calls, failed, slow", figures: true, of: ({ calls, failed, slow }) => `${number(calls)}, ${number(failed)}, ${number(slow)}` },
                { name: "Mode", of: ({ mode, reason, set_by }) => <>{words(mode)}{reason && `: ${reason}`}{set_by && ` (${set_by})`}</> },
                { name: "Remote", of: ({ remote }) => (remote ? "yes" : "no") },
                { name: "Controls", of: (one) => <Controls of={one} done={breakers.again} /> },
              ]}
            />
          )}
        </Shown>
      </Section>
      <Section title="How they do">
        <Shown of={metrics}>
          {({ from, to, error_bound, items }) => (
            <>
              <p>From <Time at={from} /> to <Time at={to} />; quantiles within {share(error_bound)}.</p>
              <Table
                caption="Engines"
                rows={items}
                keyOf={({ engine }) => engine}
                columns={[
                  { name: "Engine", of: ({ engine }) => <code>{engine}</code> },
                  { name: "Calls", figures: true, of: ({ calls }) => number(calls) },
                  { name: "Errors", figures: true, of: ({ error_share }) => share(error_share) },
                  { name: "From the cache", figures: true, of: ({ cache_share }) => share(cache_share) },
                  { name: "Fallen back", figures: true, of: ({ fallback_share }) => share(fallback_share) },
                  { name: "p50", figures: true, of: ({ p50_ms }) => milliseconds(p50_ms) },
                  { name: "p95", figures: true, of: ({ p95_ms }) => milliseconds(p95_ms) },
                  { name: "p99", figures: true, of: ({ p99_ms }) => milliseconds(p99_ms) },
                ]}
              />
            </>
          )}
        </Shown>
      </Section>
    </>
  );
}
