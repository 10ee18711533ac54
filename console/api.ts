// Calls as whoever is signed in, and what components see of them while they are on the way.
import { useCallback, useEffect, useRef, useState } from "preact/hooks";

import { end, renewed, token } from "./session.ts";
import { send, type Sending, Trouble } from "./wire.ts";

/** A call with the credential. A token that has run out is exchanged once; a credential that is refused is forgotten. */
export async function text(method: string, path: string, options: Omit<Sending, "token"> = {}): Promise<string> {
  const used = token();
  if (used === undefined) throw new Trouble(401, "Nobody is signed in");
  try {
    return await send(method, path, { ...options, token: used });
  } catch (error) {
    if (!(error instanceof Trouble) || error.status !== 401) throw error;
    if (await renewed(used)) return send(method, path, { ...options, token: token() });
    if (token() === used) end("The server no longer takes these credentials. Sign in again.");
    throw error;
  }
}

/** The same with a JSON answer; nothing where the answer is empty. */
export async function call<T>(method: string, path: string, options?: Omit<Sending, "token">): Promise<T> {
  const words = await text(method, path, options);
  return (words === "" ? undefined : JSON.parse(words)) as T;
}

/** An address with its parameters; empty ones are left out. */
export function address(path: string, parameters: Record<string, string | number | undefined>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined && value !== "") query.set(name, String(value));
  }
  const words = query.toString();
  return words === "" ? path : `${path}?${words}`;
}

export const asTrouble = (error: unknown): Trouble =>
  error instanceof Trouble ? error : new Trouble(0, "The answer cannot be read", { detail: String(error) });

export interface Loaded<T> {
  data: T | undefined;
  trouble: Trouble | undefined;
  busy: boolean;
  again: () => void;
}

/** What is at an address. While it is asked again, what was known stays. */
export function useLoad<T>(path: string): Loaded<T> {
  const [round, setRound] = useState(0);
  const [known, setKnown] = useState<{ path: string; data?: T; trouble?: Trouble; busy: boolean }>({ path, busy: true });
  useEffect(() => {
    const stop = new AbortController();
    setKnown((before) => (before.path === path ? { ...before, busy: true } : { path, busy: true }));
    call<T>("GET", path, { signal: stop.signal }).then(
      (data) => stop.signal.aborted || setKnown({ path, data, busy: false }),
      (error) => stop.signal.aborted || setKnown({ path, trouble: asTrouble(error), busy: false }),
    );
    return () => stop.abort();
  }, [path, round]);
  const again = useCallback(() => setRound((before) => before + 1), []);
  const own = known.path === path ? known : undefined;
  return { data: own?.data, trouble: own?.trouble, busy: own?.busy ?? true, again };
}

export interface Page<T> {
  items: T[];
  has_more?: boolean;
  next_cursor?: string | null;
}

export interface Pages<T> extends Loaded<T[]> {
  more: (() => void) | undefined;
}

/** A list page by page. */
export function usePages<T>(path: string): Pages<T> {
  const first = useLoad<Page<T>>(path);
  const [rest, setRest] = useState<{ of: unknown; items: T[]; cursor: string | null; trouble?: Trouble; busy: boolean }>();
  const own = rest && rest.of === first.data ? rest : undefined;
  const current = useRef(first.data);
  current.current = first.data;
  const cursor = own ? own.cursor : (first.data?.next_cursor ?? null);
  const load = async (): Promise<void> => {
    if (cursor === null || own?.busy) return;
    const of = first.data;
    const before = { of, items: own?.items ?? [], cursor };
    setRest({ ...before, busy: true });
    const show = (next: typeof rest): void => void (current.current === of && setRest(next));
    try {
      const page = await call<Page<T>>("GET", `${path}${path.includes("?") ? "&" : "?"}cursor=${encodeURIComponent(cursor)}`);
      show({ of, items: [...before.items, ...page.items], cursor: page.next_cursor ?? null, busy: false });
    } catch (error) {
      show({ ...before, trouble: asTrouble(error), busy: false });
    }
  };
  return {
    data: first.data && [...first.data.items, ...(own?.items ?? [])],
    trouble: first.trouble ?? own?.trouble,
    busy: first.busy || (own?.busy ?? false),
    again: first.again,
    more: cursor === null ? undefined : () => void load(),
  };
}
