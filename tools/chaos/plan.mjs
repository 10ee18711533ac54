// What is to go wrong, and when: chosen from a seed, before anything runs.
import { seeded } from "../../clients/js/test/random.mjs";

const KINDS = ["cut", "reset", "torn up", "torn down"];

/**
 * Faults in the order of their time. `at` is the share of all events that were sent by then.
 *
 * `cut` has `which` and `share` for the proxy; `evict` a `user` and what becomes of the sockets; `kill` nothing; `nap` a device that
 * ends its client for some time and starts it again on its store; `setback` a device whose store is set back.
 */
export function plan({ seed, users, devices, cuts, hibernations, closures, kills, naps, setbacks }) {
  const random = seeded(seed);
  const times = (count, make) => Array.from({ length: count }, (_, number) => make(number));
  const anywhere = () => 0.02 + random() * 0.96;
  const user = () => Math.floor(random() * users);
  const faults = [
    ...times(cuts, (number) => ({ type: "cut", at: anywhere(), kind: KINDS[number % KINDS.length], which: random(), share: random() })),
    ...times(hibernations, () => ({ type: "evict", at: anywhere(), user: user(), sockets: "hibernate" })),
    ...times(closures, () => ({ type: "evict", at: anywhere(), user: user(), sockets: "close" })),
    // Apart from each other, so that there is something between them to lose.
    ...times(kills, (number) => ({ type: "kill", at: (number + 0.5 + random() * 0.4) / (kills + 0.5) })),
    ...times(naps, () => ({ type: "nap", at: anywhere(), user: user(), device: Math.floor(random() * devices), ms: Math.floor(random() ** 2 * 8_000) })),
    // Early enough for there to be a device that still has something to send.
    ...times(setbacks, () => ({ type: "setback", at: anywhere() * 0.85, user: user(), device: Math.floor(random() * devices) })),
  ];
  return faults.sort((one, other) => one.at - other.at);
}
