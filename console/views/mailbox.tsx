import type { VNode } from "preact";

import { useLoad, usePages } from "../api.ts";
import { number, words } from "../format.ts";
import { Facts, List, Shown, State, Time } from "../parts.tsx";
import { path } from "../routes.ts";
import type { Mail, MailSummary } from "../types.ts";

function One({ id }: { id: string }): VNode {
  const found = useLoad<Mail>(`/api/v1/admin/mailbox/${encodeURIComponent(id)}`);
  return (
    <>
      <p><a href={path("mailbox")}>All mails</a></p>
      <Shown of={found}>
        {({ to, subject, text, kind, state, created_at, user_id }) => (
          <>
            <Facts of={[
              ["To", to ?? "not kept any more"], ["Subject", subject ?? "not kept any more"], ["Kind", words(kind)], ["State", <State of={state} />],
              ["Written", <Time at={created_at} />], ["Account", user_id ? <a href={path("users", user_id)}>{user_id}</a> : "none"],
            ]} />
            <pre class="letter" tabIndex={0} aria-label="Text of the mail">{text ?? "Its text is not kept any more."}</pre>
          </>
        )}
      </Shown>
    </>
  );
}

function All(): VNode {
  const found = usePages<MailSummary>("/api/v1/admin/mailbox?limit=50");
  return (
    <>
      <p class="tools"><button type="button" onClick={found.again}>Look again</button></p>
      <List
        of={found}
        caption="Mails, newest first"
        keyOf={({ id }) => id}
        none="No mail was written."
        columns={[
          { name: "Kind", of: ({ id, kind }) => <a href={path("mailbox", id)}>{words(kind)}</a> },
          { name: "State", of: ({ state }) => <State of={state} /> },
          { name: "Written", of: ({ created_at }) => <Time at={created_at} /> },
          { name: "Delivered", of: ({ delivered_at }) => <Time at={delivered_at} /> },
          { name: "Attempts", figures: true, of: ({ attempts }) => number(attempts) },
          { name: "Next attempt", of: ({ next_attempt_at }) => <Time at={next_attempt_at} /> },
          { name: "Failure", of: ({ failure }) => failure ?? "none" },
        ]}
      />
    </>
  );
}

export const Mailbox = ({ id }: { id: string | undefined }): VNode => (id === undefined ? <All /> : <One id={id} />);
