// Who speaks the relay's protocol, and how each becomes a Worker with hubs that can be evicted by name.
import { bundled, witness } from "../subjects.mjs";

/** The class of a subject's hubs; a hub is named after its account. */
export const HUBS = { witness: "Hub", peer: "Relay" };

/** `limits` are the variables that put quotas out of the way: LIMIT_SCALE, RELAY_SCALE. */
export async function relayOptions(name, { config, modules, secrets, identity, limits }) {
  if (name === "witness") return witness(modules, config, { ...secrets, RELAY_PRIVATE_KEY: identity.secret, ...limits });
  const keys = { RELAY_PRIVATE_KEY: identity.secret, RELAY_PUBLIC_KEY: identity.pinned };
  return bundled("subjects/relay-peer/index.mjs", config, { ...keys, ...limits }, { RELAY: { className: HUBS.peer, useSQLite: true } });
}

/** A refusal that took so many milliseconds was waited for. */
const PATIENCE = 10_000;

/**
 * Takes a hub out of memory; its sockets stay (`hibernate`) or end (`close`). `absent` where it was not there: hubs leave by
 * themselves after ten seconds. `busy` where it had something to do for half a minute without a moment between, as happens
 * when the machine has too little for all.
 *
 * Miniflare stops this process until a call has ended, unless there is a Blob in it; and a hub whose frames nobody reads
 * meanwhile cannot be evicted. Why a call with a Blob was refused is not told, but is seen by the time it took.
 */
export async function evict({ miniflare, name }, subject, account, webSockets) {
  const began = performance.now();
  try {
    await miniflare.unsafeEvictDurableObject(name, HUBS[subject], { name: account, webSockets, unblocked: new Blob() });
    return "evicted";
  } catch (error) {
    if (error.code !== "ERR_ASSERTION") throw error;
    return performance.now() - began < PATIENCE ? "absent" : "busy";
  }
}
