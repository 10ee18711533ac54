// The house around the views: where one can go, who is there, what was said.
import type { FunctionComponent, VNode } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

import { path, usePlace } from "./routes.ts";
import { announce, onSaid } from "./said.ts";
import { caller, end, watch } from "./session.ts";
import { Alerts } from "./views/alerts.tsx";
import { Audit } from "./views/audit.tsx";
import { Caches } from "./views/caches.tsx";
import { Database } from "./views/database.tsx";
import { Engines } from "./views/engines.tsx";
import { Errors } from "./views/errors.tsx";
import { Health } from "./views/health.tsx";
import { Keys } from "./views/keys.tsx";
import { Limits } from "./views/limits.tsx";
import { Logs } from "./views/logs.tsx";
import { Mailbox } from "./views/mailbox.tsx";
import { Overview } from "./views/overview.tsx";
import { Secrets } from "./views/secrets.tsx";
import { Usage } from "./views/usage.tsx";
import { Users } from "./views/users.tsx";

interface View {
  title: string;
  of: FunctionComponent<{ id: string | undefined }>;
}

const VIEWS: Record<string, View> = {
  overview: { title: "Overview", of: Overview },
  alerts: { title: "Alerts", of: Alerts },
  health: { title: "Health", of: Health },
  database: { title: "Database", of: Database },
  caches: { title: "Caches", of: Caches },
  engines: { title: "Engines", of: Engines },
  usage: { title: "Usage", of: Usage },
  limits: { title: "Limits", of: Limits },
  users: { title: "Users", of: Users },
  keys: { title: "Keys", of: Keys },
  audit: { title: "Audit", of: Audit },
  logs: { title: "Logs", of: Logs },
  errors: { title: "Errors", of: Errors },
  mailbox: { title: "Mailbox", of: Mailbox },
  secrets: { title: "Secrets", of: Secrets },
};

const NOWHERE: View = { title: "There is no such view", of: () => <p>Choose one of the list.</p> };

export function Shell(): VNode {
  const { view, id } = usePlace();
  const [near, setNear] = useState(false);
  const heading = useRef<HTMLHeadingElement>(null);
  const first = useRef(true);
  const { title, of: Body } = (Object.hasOwn(VIEWS, view) ? VIEWS[view] : undefined) ?? NOWHERE;

  useEffect(() => watch(setNear), []);
  // With the view and not after its first frame: a key pressed in between would lose its place.
  useLayoutEffect(() => {
    document.title = `${title} – Witness console`;
    heading.current?.focus({ preventScroll: !first.current });
    if (!first.current) scrollTo(0, 0);
    first.current = false;
  }, [view, id, title]);

  const skip = (event: Event): void => {
    event.preventDefault(); // the address is the view's
    heading.current?.focus();
  };
  return (
    <>
      <a class="skip" href={path(view, id)} onClick={skip}>Skip to the content</a>
      <header>
        <p class="name">Witness console</p>
        <p class="who">{caller()}</p>
        <button type="button" onClick={() => end("You have signed out.")}>Sign out</button>
      </header>
      {near && <p class="trouble soon" role="alert">Nobody seems to be here: in a minute this page forgets who you are. Press any key to stay.</p>}
      <Menu view={view} id={id} />
      <main>
        <h1 ref={heading} tabIndex={-1}>{title}</h1>
        <Body id={id} key={`${view}/${id ?? ""}`} />
      </main>
      <Said />
    </>
  );
}

/** On a narrow screen behind a button. */
function Menu({ view, id }: { view: string; id: string | undefined }): VNode {
  const [open, setOpen] = useState(false);
  useEffect(() => setOpen(false), [view, id]);
  return (
    <nav aria-label="Views">
      <button type="button" class="menu" aria-expanded={open} aria-controls="views" onClick={() => setOpen(!open)}>Views</button>
      <ul id="views" class={open ? "open" : undefined}>
        {Object.entries(VIEWS).map(([name, { title }]) => (
          <li key={name}>
            <a href={path(name)} aria-current={name === view ? "page" : undefined} onClick={() => setOpen(false)}>{title}</a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function Said(): VNode {
  const [words, setWords] = useState("");
  useEffect(() => onSaid(setWords), []);
  return (
    <div class="said">
      <p role="status">{words}</p>
      {words && <button type="button" aria-label="Close this message" onClick={() => announce("")}>×</button>}
    </div>
  );
}
