import type { VNode } from "preact";

import { address, usePages } from "../api.ts";
import { choices, Field, List, State, Time } from "../parts.tsx";
import { path } from "../routes.ts";
import { useSearch } from "../search.ts";
import type { Account } from "../types.ts";
import { User } from "./user.tsx";

const EMPTY = { email: "", status: "", tier: "", role: "" };

function All(): VNode {
  const { asked, field, submit } = useSearch(EMPTY);
  const found = usePages<Account>(address("/api/v1/admin/users", { ...asked, email: asked.email.trim(), limit: 20 }));
  return (
    <>
      <form class="tools" role="search" onSubmit={submit(found.again)}>
        <Field label="E-mail address" {...field("email")} type="email" max={254} hint="The whole address." />
        <Field label="Status" {...field("status")} options={choices("", "active", "suspended", "deleted")} />
        <Field label="Tier" {...field("tier")} options={choices("", "free", "pro", "enterprise")} />
        <Field label="Role" {...field("role")} options={choices("", "user", "support", "admin")} />
        <button type="submit">Search</button>
      </form>
      <List
        of={found}
        caption="Accounts, newest first"
        keyOf={({ id }) => id}
        none="No account is like this."
        columns={[
          { name: "E-mail address", of: ({ id, email }) => <a href={path("users", id)}>{email}</a> },
          { name: "Status", of: ({ status }) => <State of={status} /> },
          { name: "Tier", of: ({ tier }) => tier },
          { name: "Role", of: ({ role }) => role },
          { name: "Last there", of: ({ last_activity_at }) => <Time at={last_activity_at} /> },
          { name: "Since", of: ({ created_at }) => <Time at={created_at} /> },
        ]}
      />
    </>
  );
}

export const Users = ({ id }: { id: string | undefined }): VNode => (id === undefined ? <All /> : <User id={id} />);
