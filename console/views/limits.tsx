import type { VNode } from "preact";
import { useState } from "preact/hooks";

import { Action, type Asked } from "../action.tsx";
import { call, useLoad, usePages } from "../api.ts";
import { duration, number } from "../format.ts";
import { ahead, moment } from "../moments.ts";
import { Badge, type Column, choices, Facts, Field, List, Section, Shown, Table, Time } from "../parts.tsx";
import { path } from "../routes.ts";
import type { LimitReport, Override } from "../types.ts";

const at = (subject: string, policy?: string): string =>
  `/api/v1/admin/limits/${encodeURIComponent(subject)}${policy === undefined ? "" : `/${encodeURIComponent(policy)}`}`;

const columns = (done: () => void): Column<Override>[] => [
  { name: "Subject", of: ({ subject }) => <a href={path("limits", subject)}>{subject}</a> },
  { name: "Policy", of: ({ policy }) => policy },
  { name: "A minute", figures: true, of: ({ minute }) => number(minute) },
  { name: "An hour", figures: true, of: ({ hour }) => number(hour) },
  { name: "A day", figures: true, of: ({ day }) => number(day) },
  { name: "Until", of: ({ expires_at }) => <Time at={expires_at} /> },
  { name: "Why", of: ({ reason }) => reason },
  { name: "Set by", of: ({ set_by }) => set_by },
  {
    name: "Controls",
    of: ({ subject, policy }) => (
      <Action label="Remove" name={`Remove the exception ${policy} of ${subject}`} title="Take this exception back?" verb="Remove" danger done={done}
        run={async () => {
          await call("DELETE", at(subject, policy));
          return `The exception of ${subject} is taken back.`;
        }}>
        <p>{subject}, {policy}: the usual limits hold again at once.</p>
      </Action>
    ),
  },
];

const keyOf = ({ subject, policy }: Override): string => `${subject} ${policy}`;

function Setting({ subject, done }: { subject: string; done: () => void }): VNode {
  const whole = (name: string, label: string): Asked => ({ name, label, type: "number", required: true });
  return (
    <Action label="Set an exception …" title={`Set an exception for ${subject}`} verb="Set" done={done}
      fields={[
        { name: "policy", label: "Policy", value: "general", options: choices("general", "credential", "handshake", "mail") },
        whole("minute", "A minute"), whole("hour", "An hour"), whole("day", "A day"),
        { name: "expires", label: "Until", type: "datetime-local", value: ahead(86_400_000), required: true },
        { name: "reason", label: "Why", required: true, max: 200, hint: "Stands in the audit log." },
      ]}
      run={async ({ policy = "", minute, hour, day, expires = "", reason }) => {
        const body = { minute: Number(minute), hour: Number(hour), day: Number(day), reason, expires_at: moment(expires) };
        await call("PUT", at(subject, policy), { body });
        return `The exception for ${subject} holds.`;
      }} />
  );
}

function One({ subject }: { subject: string }): VNode {
  const found = useLoad<LimitReport>(at(subject));
  return (
    <>
      <p><a href={path("limits")}>All exceptions</a></p>
      <h2>{subject}</h2>
      <Shown of={found}>
        {({ blocked_until, windows, overrides }) => (
          <>
            <Facts of={[["Blocked", blocked_until ? <Badge tone="bad">until <Time at={blocked_until} /></Badge> : <Badge tone="good">no</Badge>]]} />
            <p class="tools">
              <Setting subject={subject} done={found.again} />
              <button type="button" onClick={found.again}>Look again</button>
            </p>
            <Section title="Exceptions">
              <Table caption="Exceptions of this subject" rows={overrides} columns={columns(found.again)} keyOf={keyOf} none="None: the usual limits hold." />
            </Section>
            <Section title="Windows">
              <Table
                caption="How it stands"
                rows={windows}
                keyOf={({ policy }) => policy}
                columns={[
                  { name: "Window", of: ({ policy }) => policy },
                  { name: "Length", figures: true, of: ({ seconds }) => duration(seconds) },
                  { name: "Limit", figures: true, of: ({ limit }) => number(limit) },
                  { name: "Left", figures: true, of: ({ left }) => number(left) },
                  { name: "More at", of: ({ more_at }) => <Time at={more_at} /> },
                ]}
              />
            </Section>
          </>
        )}
      </Shown>
    </>
  );
}

function All(): VNode {
  const [subject, setSubject] = useState("");
  const found = usePages<Override>("/api/v1/admin/limits?limit=50");
  return (
    <>
      <form class="tools" onSubmit={(event) => { event.preventDefault(); location.hash = path("limits", subject.trim()); }}>
        <Field label="Somebody’s limits" value={subject} change={setSubject} required max={64} hint="user:<id>, admin_key:<id> or ip:<address>" />
        <button type="submit">Look up</button>
      </form>
      <Section title="Exceptions">
        <List of={found} caption="Exceptions that hold" columns={columns(found.again)} keyOf={keyOf} none="None: the usual limits hold for everybody." />
      </Section>
    </>
  );
}

export const Limits = ({ id }: { id: string | undefined }): VNode => (id === undefined ? <All /> : <One subject={id} />);
