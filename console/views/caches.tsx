import type { VNode } from "preact";
import { useState } from "preact/hooks";

import { Action } from "../action.tsx";
import { address, call, useLoad } from "../api.ts";
import { bytes, duration, number, share } from "../format.ts";
import { Facts, Field, Section, Shown, Table, Time } from "../parts.tsx";
import type { CacheStats } from "../types.ts";

const HOURS = [1, 24, 168, 720].map((hours) => ({ value: String(hours), label: hours < 48 ? `${hours} h` : `${hours / 24} days` }));

/** One a line, or separated by commas. */
const list = (text = ""): string[] => text.split(/[\s,]+/).filter((one) => one !== "");

const invalidate = async (values: Record<string, string>): Promise<string> => {
  const [tags, input_hashes, keys] = [list(values.tags), list(values.hashes), list(values.keys)];
  const body = {
    ...(tags.length > 0 && { tags }), ...(input_hashes.length > 0 && { input_hashes }), ...(keys.length > 0 && { keys }),
    ...(values.prefix && { prefix: values.prefix }),
  };
  const { marked, removed, more } = await call<{ marked: number; removed: number; more: boolean }>("POST", "/api/v1/admin/cache/invalidate", { body });
  return `${marked} marked, ${removed} removed.${more ? " There is more: do it again." : ""}`;
};

const warm = async (values: Record<string, string>): Promise<string> => {
  const body = { user_ids: list(values.users) };
  const { made, kept, without } = await call<{ made: number; kept: number; without: number }>("POST", "/api/v1/admin/cache/warm", { body });
  return `${made} made, ${kept} there already, ${without} accounts without.`;
};

export function Caches(): VNode {
  const [hours, setHours] = useState("24");
  const found = useLoad<CacheStats>(address("/cache/stats", { hours }));
  return (
    <>
      <div class="tools">
        <Field label="The last" value={hours} change={setHours} options={HOURS} />
        <button type="button" onClick={found.again}>Look again</button>
        <Action label="Invalidate …" title="Invalidate a part of the cache" verb="Invalidate" danger run={invalidate} done={found.again}
          fields={[
            { name: "tags", label: "Tags", type: "area", hint: "One a line." },
            { name: "hashes", label: "Hashes of inputs", type: "area", hint: "One a line." },
            { name: "keys", label: "Keys", type: "area", hint: "One a line." },
            { name: "prefix", label: "Keys that begin with", max: 128 },
          ]}>
          <p>Nothing is lost: what is gone is calculated again when it is asked for.</p>
        </Action>
        <Action label="Warm …" title="Make forecasts ahead" verb="Warm" run={warm} done={found.again}
          fields={[{ name: "users", label: "Ids of accounts", type: "area", required: true, hint: "One a line, at most 15." }]} />
      </div>
      <Shown of={found}>
        {({ from, to, isolate, hit_rate, engines }) => (
          <>
            <p>From <Time at={from} /> to <Time at={to} />.</p>
            <Facts of={[["Hit rate", share(hit_rate)], ["Entries in this isolate", number(isolate.entries)], ["Their size", bytes(isolate.bytes)]]} />
            <Section title="By engine">
              <Table
                caption="Where results came from"
                rows={engines}
                keyOf={({ engine }) => engine}
                none="No result was asked for in this time."
                columns={[
                  { name: "Engine", of: ({ engine }) => <code>{engine}</code> },
                  { name: "Hit rate", figures: true, of: (one) => share(one.hit_rate) },
                  { name: "Isolate", figures: true, of: (one) => number(one.isolate) },
                  { name: "Shared", figures: true, of: ({ cache }) => number(cache) },
                  { name: "Stale", figures: true, of: ({ stale }) => number(stale) },
                  { name: "Joined", figures: true, of: ({ coalesced }) => number(coalesced) },
                  { name: "Remote", figures: true, of: ({ remote }) => number(remote) },
                  { name: "Calculated here", figures: true, of: ({ embedded }) => number(embedded) },
                  { name: "Size", figures: true, of: (one) => bytes(one.bytes) },
                  { name: "Age", figures: true, of: ({ age_seconds }) => duration(age_seconds) },
                ]}
              />
            </Section>
          </>
        )}
      </Shown>
    </>
  );
}
