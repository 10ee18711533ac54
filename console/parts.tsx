// What every view is made of: headings, tables that become cards, facts, trouble.
import type { ComponentChildren, VNode } from "preact";
import { useId } from "preact/hooks";

import type { Loaded, Pages } from "./api.ts";
import { duration, NONE, when, words } from "./format.ts";
import type { Trouble } from "./wire.ts";

export function Time({ at }: { at: string | number | null | undefined }): VNode {
  if (at === null || at === undefined || at === "") return <>{NONE}</>;
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? <>{String(at)}</> : <time dateTime={date.toISOString()}>{when(at)}</time>;
}

export type Tone = "good" | "bad" | "odd" | "plain";

/** A state: its word, and a colour beside it. */
export const Badge = ({ tone = "plain", children }: { tone?: Tone; children: ComponentChildren }): VNode => (
  <span class={`badge ${tone}`}>{children}</span>
);

const TONES: Record<string, Tone> = {
  active: "good", suspended: "bad", deleted: "plain", closed: "good", open: "bad", half_open: "odd", forced_open: "odd",
  disabled: "odd", intact: "good", broken: "bad", ready: "good", degraded: "odd", down: "bad", delivered: "good",
  waiting: "odd", failed: "bad", current: "good", expiring: "odd", urgent: "bad", expired: "bad", done: "good",
  refused: "odd", firing: "bad", resolved: "good", ok: "good", pending: "odd", silenced: "odd", error: "bad", fatal: "bad", warn: "odd", warning: "odd",
};

export const State = ({ of }: { of: string | null | undefined }): VNode =>
  of ? <Badge tone={TONES[of] ?? "plain"}>{words(of)}</Badge> : <>{NONE}</>;

/** What went wrong, with all that helps to find out why. */
export function Problem({ trouble, again }: { trouble: Trouble; again?: () => void }): VNode {
  const { scope, detail, requestId, violations, retryAfter } = trouble;
  return (
    <div class="trouble" role="alert">
      <p>
        <strong>{scope ? "This key or account may not see or do this." : `${trouble.message}.`}</strong>{" "}
        {scope ? <>The scope <code>{scope}</code> is missing.</> : detail}
      </p>
      {violations.length > 0 && (
        <ul>
          {violations.map(({ in: where, pointer, message }) => (
            <li key={where + pointer + message}>
              <code>{pointer || where}</code> {message}
            </li>
          ))}
        </ul>
      )}
      {retryAfter !== undefined && <p>Try again in {duration(retryAfter)}.</p>}
      {requestId && (
        <p class="quiet">
          Request <code>{requestId}</code>
        </p>
      )}
      {again && !scope && <button type="button" onClick={again}>Try again</button>}
    </div>
  );
}

/** A loaded thing, its trouble, or that it is on the way. */
export function Shown<T>({ of, children }: { of: Loaded<T>; children: (data: T) => ComponentChildren }): VNode {
  return (
    <div aria-busy={of.busy}>
      {of.trouble && <Problem trouble={of.trouble} again={of.again} />}
      {of.data !== undefined ? children(of.data) : !of.trouble && <p class="quiet">Loading …</p>}
    </div>
  );
}

export interface Column<T> {
  name: string;
  of: (row: T) => ComponentChildren;
  /** Figures stand at the right. */
  figures?: boolean;
}

interface TableOf<T> {
  caption: string;
  columns: Column<T>[];
  rows: T[];
  keyOf: (row: T) => string;
  none?: string;
}

/** A table; where there is little room each row is a card. The roles stay what they are there. */
export function Table<T>({ caption, columns, rows, keyOf, none = "There is nothing." }: TableOf<T>): VNode {
  if (rows.length === 0) return <p class="quiet">{none}</p>;
  return (
    <table role="table">
      <caption>{caption}</caption>
      <thead role="rowgroup">
        <tr role="row">
          {columns.map(({ name, figures }) => (
            <th key={name} role="columnheader" scope="col" class={figures ? "figures" : undefined}>{name}</th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {rows.map((row) => (
          <tr key={keyOf(row)} role="row">
            {columns.map(({ name, of, figures }) => (
              <td key={name} role="cell" data-label={name} class={figures ? "figures" : undefined}>
                <span>{of(row)}</span>
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** A table of a list that comes in pages. */
export function List<T>({ of, ...table }: { of: Pages<T> } & Omit<TableOf<T>, "rows">): VNode {
  return (
    <Shown of={of}>
      {(rows) => (
        <>
          <Table {...table} rows={rows} />
          {of.more && <p><button type="button" onClick={of.more} disabled={of.busy}>More</button></p>}
        </>
      )}
    </Shown>
  );
}

/** Names and values. */
export const Facts = ({ of }: { of: [name: string, value: ComponentChildren][] }): VNode => (
  <dl class="facts">
    {of.map(([name, value]) => (
      <div key={name}>
        <dt>{name}</dt>
        <dd>{value}</dd>
      </div>
    ))}
  </dl>
);

export function Section({ title, children }: { title: string; children: ComponentChildren }): VNode {
  const id = useId();
  return (
    <section aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {children}
    </section>
  );
}

export interface Choice {
  value: string;
  label: string;
}

/** The same words as value and label. */
export const choices = (...values: string[]): Choice[] => values.map((value) => ({ value, label: value === "" ? "any" : words(value) }));

/** What is typed; `area` is several lines. */
export type Kind = "text" | "area" | "email" | "password" | "number" | "datetime-local";

interface FieldOf {
  label: string;
  value: string;
  change: (value: string) => void;
  type?: Kind;
  options?: Choice[];
  hint?: string;
  required?: boolean;
  max?: number;
  autoComplete?: string;
}

/** A labelled field; with options a choice. */
export function Field({ label, value, change, type = "text", options, hint, required, max, autoComplete = "off" }: FieldOf): VNode {
  const id = useId();
  const shared = {
    id,
    value,
    required: required ?? false,
    "aria-describedby": hint ? `${id}-hint` : undefined,
    onInput: (event: { currentTarget: { value: string } }) => change(event.currentTarget.value),
  };
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {options ? (
        <select {...shared}>
          {options.map((one) => (
            <option key={one.value} value={one.value}>{one.label}</option>
          ))}
        </select>
      ) : type === "area" ? (
        <textarea {...shared} rows={3} maxLength={max} spellcheck={false} />
      ) : (
        <input {...shared} {...({ type } as { type: "text" })} maxLength={max} autoComplete={autoComplete} spellcheck={false} step={type === "datetime-local" ? 1 : undefined} />
      )}
      {hint && <p class="hint" id={`${id}-hint`}>{hint}</p>}
    </div>
  );
}

/** What not every version serves: that it is not is said, and is no trouble. */
export function Served<T>({ of, children }: { of: Loaded<T>; children: ComponentChildren }): VNode {
  if (of.trouble?.status !== 404) return <>{children}</>;
  return <p class="absent" role="note">Not served by this version of the Worker.</p>;
}
