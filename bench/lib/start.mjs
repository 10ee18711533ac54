// What it takes from a new process to its first answer: reading the bundle, compiling the Wasm, the first request.
import { median } from "./statistics.mjs";

/** Milliseconds from starting a Worker's process to its answer to `/health`, the median of some starts. */
export async function firstAnswer(start, stop, starts) {
  const took = [];
  for (let number = 0; number < starts; number += 1) {
    const began = performance.now();
    const worker = await start();
    const response = await fetch(`${worker.url}/health`);
    await response.text();
    took.push(performance.now() - began);
    if (response.status !== 200) throw new Error(`/health of a new process: ${response.status}`);
    await stop(worker);
  }
  return Number(median(took).toFixed(1));
}
