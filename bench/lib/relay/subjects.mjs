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

/** Takes a hub out of memory; its sockets stay (`hibernate`) or end (`close`). */
export const evict = (worker, subject, account, webSockets) =>
  worker.miniflare.unsafeEvictDurableObject(worker.name, HUBS[subject], { name: account, webSockets });
