// The two ways in: an administrator's session with its second factor, or a key.
import type { VNode } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";

import { asTrouble } from "./api.ts";
import { Field, Problem } from "./parts.tsx";
import { signIn, useKey } from "./session.ts";
import type { Trouble } from "./wire.ts";

export function SignIn({ why }: { why: string | undefined }): VNode {
  const heading = useRef<HTMLHeadingElement>(null);
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [code, setCode] = useState<string>();
  const [key, setKey] = useState("");
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<Trouble>();

  useLayoutEffect(() => {
    document.title = "Sign in – Witness console";
    if (why) heading.current?.focus();
  }, [why]);

  const attempt = async (way: () => Promise<void>): Promise<void> => {
    if (busy) return;
    setBusy(true);
    setTrouble(undefined);
    try {
      await way();
    } catch (error) {
      const found = asTrouble(error);
      setBusy(false);
      // The first time it is a question, not a mistake.
      if (found.code === "two-factor-required" && code === undefined) return setCode("");
      setTrouble(found);
    }
  };

  return (
    <main class="door">
      <h1 ref={heading} tabIndex={-1}>Witness console</h1>
      {why && <p class="trouble" role="status">{why}</p>}
      {trouble && <Problem trouble={trouble} />}
      <p>For administrators. What you type stays in the memory of this tab: it is gone when the page is loaded again, left, or idle for 15 minutes.</p>
      <div class="doors">
        <form aria-labelledby="by-session" onSubmit={(event) => { event.preventDefault(); void attempt(() => signIn(email, password, code ?? "")); }}>
          <h2 id="by-session">With your account</h2>
          <Field label="E-mail address" type="email" autoComplete="username" value={email} change={setEmail} required max={254} />
          <Field label="Password" type="password" autoComplete="current-password" value={password} change={setPassword} required max={200} />
          {code !== undefined && <Code value={code} change={setCode} />}
          <p class="choice"><button type="submit" class="main" aria-disabled={busy}>Sign in</button></p>
        </form>
        <form aria-labelledby="by-key" onSubmit={(event) => { event.preventDefault(); void attempt(() => useKey(key)); }}>
          <h2 id="by-key">With an administrator’s key</h2>
          <Field label="Key" type="password" value={key} change={setKey} required max={200} hint="Its scopes decide what you see." />
          <p class="choice"><button type="submit" class="main" aria-disabled={busy}>Use this key</button></p>
        </form>
      </div>
    </main>
  );
}

/** Comes when the password was right, and takes the focus. */
function Code({ value, change }: { value: string; change: (value: string) => void }): VNode {
  const place = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => place.current?.querySelector("input")?.focus(), []);
  return (
    <div ref={place}>
      <Field label="Code of your second factor" autoComplete="one-time-code" value={value} change={change} required max={32}
        hint="From your authenticator, or a backup code." />
    </div>
  );
}
