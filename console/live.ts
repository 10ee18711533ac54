// Asks for the figures every five seconds while the overview is shown, and keeps ten minutes of them.
import { useEffect, useState } from "preact/hooks";

import { asTrouble, text } from "./api.ts";
import { earlier, type Point, parse, point, type Reading, reading } from "./figures.ts";
import { onChange } from "./session.ts";
import type { Trouble } from "./wire.ts";

/** Milliseconds between two readings. */
export const EVERY = 5_000;
const KEPT = 120;

export interface Live {
  points: Point[];
  newest: Reading | undefined;
  trouble: Trouble | undefined;
  state: "starting" | "running" | "paused" | "hidden" | "waiting";
  pause: (stop: boolean) => void;
}

interface State {
  readings: Reading[];
  points: Point[];
  trouble?: Trouble | undefined;
}

// Kept while somebody is signed in: who looks at another view finds the charts as they were.
const NONE: State = { readings: [], points: [] };
let kept = NONE;
onChange(() => void (kept = NONE));

/** Adds a reading. What is older than the first kept ten minutes goes. */
function added({ readings, points }: State, next: Reading): State {
  const before = earlier(readings, next);
  return {
    readings: [...readings, next].slice(-KEPT),
    points: (before ? [...points, point(before, next)] : points).slice(-KEPT),
  };
}

/** Live figures. Nothing is asked while the page is hidden or the reader has paused them. */
export function useLive(): Live {
  const [state, setState] = useState<State>({ ...kept, trouble: undefined });
  const [paused, pause] = useState(false);
  const [hidden, setHidden] = useState(document.hidden);

  useEffect(() => {
    const look = (): void => setHidden(document.hidden);
    document.addEventListener("visibilitychange", look);
    return () => document.removeEventListener("visibilitychange", look);
  }, []);

  useEffect(() => {
    if (paused || hidden) return undefined;
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = async (): Promise<void> => {
      let pause = EVERY;
      try {
        const words = await text("GET", "/metrics", { signal: stop.signal });
        if (stop.signal.aborted) return;
        setState((kept = added(kept, reading(parse(words), Date.now()))));
      } catch (error) {
        if (stop.signal.aborted) return;
        const trouble = asTrouble(error);
        setState({ ...kept, trouble });
        // A scope does not come by asking; a busy server says when to ask again.
        if (trouble.status === 403) return;
        pause = Math.max(pause, (trouble.retryAfter ?? 0) * 1000);
      }
      timer = setTimeout(() => void ask(), pause);
    };
    void ask();
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, [paused, hidden]);

  const running = state.readings.length === 0 ? "starting" : state.trouble ? "waiting" : "running";
  return {
    points: state.points,
    newest: state.readings.at(-1),
    trouble: state.trouble,
    state: paused ? "paused" : hidden ? "hidden" : running,
    pause,
  };
}
