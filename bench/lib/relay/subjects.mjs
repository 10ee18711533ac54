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
 * Takes a hub out of memory; its sockets stay (`hibernate`) or end (`close`). Whether it was there: hubs leave by themselves
 * after ten seconds. One that something holds in memory, twice in a row, is a defect.
 *
 * Miniflare stops this process until a call has ended, unless there is a Blob in it; and a hub whose frames nobody reads
 * meanwhile cannot be evicted. Why a call with a Blob was refused is not told: at once where the hub was not there, after
 * half a minute where something held it.
 */
export async function evict({ miniflare, name }, subject, account, webSockets) {
  for (let attempt = 0; attempt < 2; attempt += 1) {
    const began = performance.now();
    try {
      await miniflare.unsafeEvictDurableObject(name, HUBS[subject], { name: account, webSockets, unblocked: new Blob() });
      return true;
    } catch (error) {
      if (error.code !== "ERR_ASSERTION") throw error;
      if (performance.now() - began < PATIENCE) return false;
    }
  }
  throw new Error("a hub could not be taken out of memory: something holds it there");
}
