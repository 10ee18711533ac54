// What is typed into a search, and what was asked for last.
import { useState } from "preact/hooks";

export function useSearch<T extends Record<string, string>>(empty: T) {
  const [typed, setTyped] = useState(empty);
  const [asked, setAsked] = useState(empty);
  return {
    asked,
    /** Value and change of a field. */
    field: (name: keyof T) => ({ value: typed[name] as string, change: (value: string) => setTyped((before) => ({ ...before, [name]: value })) }),
    /** For the form: asks for what is typed, `again` even where that is the same as before. */
    submit: (again: () => void) => (event: Event) => {
      event.preventDefault();
      setAsked(typed);
      again();
    },
  };
}
