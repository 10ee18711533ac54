// How much memory a process holds while a run goes on, and whether it grows.
import { readFileSync } from "node:fs";

import { quantile } from "./meter.mjs";

/** Mebibytes of a process that are in memory, and those of them that no file holds (proc(5), status). */
export function resident(pid) {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const [rss, anonymous] = ["VmRSS", "RssAnon"].map((name) => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(status)?.[1]) / 1024);
  return { rss, anonymous };
}

/**
 * Has every isolate of a process collect its garbage, by its inspector. Isolates are small and know nothing of what the
 * runtime holds for their garbage, so that they let hundreds of mebibytes of it wait.
 */
export async function collect(inspector) {
  const targets = await (await fetch(`http://${inspector}/json`)).json();
  for (const { webSocketDebuggerUrl } of targets) await collected(webSocketDebuggerUrl);
}

function collected(url) {
  const { promise, resolve, reject } = Promise.withResolvers();
  const socket = new WebSocket(url);
  socket.onopen = () => socket.send(JSON.stringify({ id: 1, method: "HeapProfiler.collectGarbage" }));
  socket.onmessage = ({ data }) => JSON.parse(data).id === 1 && socket.close();
  socket.onclose = resolve;
  socket.onerror = () => reject(new Error(`no inspector at ${url}`));
  return promise;
}

/** More than this share and so many mebibytes on top of what there was is growth; less is how garbage is collected. */
const SHARE = 0.1;
const MEBIBYTES = 16;

/**
 * Compares the last third of a run with the third before it; the first one fills caches and is not looked at. `samples` are
 * mebibytes at even distances, each after garbage was collected.
 */
export function growth(samples) {
  const third = Math.floor(samples.length / 3);
  const middle = (from) => quantile(samples.slice(from, from + third).sort((one, other) => one - other), 0.5);
  if (third < 1) return { before: undefined, after: undefined, grows: false };
  const [before, after] = [middle(samples.length - 2 * third), middle(samples.length - third)];
  return { before, after, grows: after > before * (1 + SHARE) && after > before + MEBIBYTES };
}
