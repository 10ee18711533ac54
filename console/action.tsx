// A button that changes something: it asks first, says what went wrong, and tells when it is done.
import type { ComponentChildren, VNode } from "preact";
import { useId, useLayoutEffect, useRef, useState } from "preact/hooks";

import { asTrouble } from "./api.ts";
import { type Choice, Field, type Kind, Problem } from "./parts.tsx";
import { announce } from "./said.ts";
import { stepUp } from "./session.ts";
import type { Trouble } from "./wire.ts";

export interface Asked {
  name: string;
  label: string;
  type?: Kind;
  value?: string;
  options?: Choice[];
  hint?: string;
  required?: boolean;
  max?: number;
}

interface ActionOf {
  label: string;
  /** What is asked, as a heading. */
  title: string;
  children?: ComponentChildren;
  fields?: Asked[];
  /** Words on the button that does it; the label by default. */
  verb?: string;
  danger?: boolean;
  /** Does it; words that come back are told. */
  run: (values: Record<string, string>) => Promise<string | undefined | void>;
  done?: () => void;
  /** For a name that says more than the label: `Reset biorhythm`. */
  name?: string;
}

const initial = (fields: Asked[]): Record<string, string> => Object.fromEntries(fields.map(({ name, value }) => [name, value ?? ""]));

export function Action({ label, title, children, fields = [], verb = label, danger = false, run, done, name }: ActionOf): VNode {
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  // What was done may take the button away: then the focus goes to the view's heading instead of nowhere.
  useLayoutEffect(() => {
    const own = button.current;
    return () => void (document.activeElement === own && document.querySelector("h1")?.focus());
  }, []);
  return (
    <>
      <button ref={button} type="button" class={danger ? "danger" : undefined} aria-label={name} aria-haspopup="dialog" onClick={() => setOpen(true)}>
        {label}
      </button>
      {open && (
        <Ask title={title} fields={fields} verb={verb} danger={danger} run={run} close={() => setOpen(false)} {...(done && { done })}>
          {children}
        </Ask>
      )}
    </>
  );
}

type AskOf = Omit<ActionOf, "label" | "name" | "verb" | "fields" | "danger"> & {
  verb: string;
  fields: Asked[];
  danger: boolean;
  close: () => void;
};

function Ask({ title, children, fields, verb, danger, run, done, close }: AskOf): VNode {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  const [values, setValues] = useState(() => initial(fields));
  const [trouble, setTrouble] = useState<Trouble>();
  const [proof, setProof] = useState<string>();
  const [busy, setBusy] = useState(false);

  useLayoutEffect(() => {
    const before = document.activeElement;
    const element = dialog.current;
    element?.showModal();
    return () => {
      element?.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);

  const act = async (): Promise<void> => {
    setBusy(true);
    setTrouble(undefined);
    try {
      if (proof) {
        await stepUp(proof);
        setProof(undefined); // a code is good once
      }
      const said = await run(values);
      close();
      announce(said || "Done.");
      done?.();
    } catch (error) {
      const found = asTrouble(error);
      if (found.code === "step-up-required") setProof((before) => before ?? "");
      setTrouble(found);
      setBusy(false);
    }
  };

  return (
    <dialog ref={dialog} aria-labelledby={id} onCancel={(event) => { event.preventDefault(); if (!busy) close(); }}>
      <form onSubmit={(event) => { event.preventDefault(); if (!busy) void act(); }}>
        <h2 id={id}>{title}</h2>
        {children}
        {fields.map(({ name, value: _, ...field }) => (
          <Field key={name} {...field} value={values[name] ?? ""} change={(value) => setValues((before) => ({ ...before, [name]: value }))} />
        ))}
        {trouble && <Problem trouble={trouble} />}
        {proof !== undefined && (
          <Field label="Code of your second factor" value={proof} change={setProof} autoComplete="one-time-code" required max={40}
            hint="This asks for a proof of the last ten minutes." />
        )}
        <p class="choice">
          <button type="submit" class={danger ? "main danger" : "main"} aria-disabled={busy}>{busy ? "Working …" : verb}</button>
          <button type="button" onClick={close} disabled={busy}>Cancel</button>
        </p>
      </form>
    </dialog>
  );
}
