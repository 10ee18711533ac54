// Where in the console the reader is: the part of the address after `#`. No key and no search stands in it.
import { useEffect, useState } from "preact/hooks";

export interface Place {
  view: string;
  /** Which one, where a view is of one thing. */
  id: string | undefined;
}

export function place(hash: string): Place {
  const [, view = "", ...rest] = /^#?\/?([a-z]*)(?:\/(.+))?$/.exec(hash) ?? [];
  let id = rest[0];
  try {
    id = id && decodeURIComponent(id);
  } catch {
    // half an escape: as it came
  }
  return { view: view || "overview", id };
}

export const path = (view: string, id?: string): string => `#/${view}${id === undefined ? "" : `/${encodeURIComponent(id)}`}`;

export function usePlace(): Place {
  const [now, setNow] = useState(() => place(location.hash));
  useEffect(() => {
    const look = (): void => setNow(place(location.hash));
    addEventListener("hashchange", look);
    return () => removeEventListener("hashchange", look);
  }, []);
  return now;
}
