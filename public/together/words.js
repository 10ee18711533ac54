// The state of a connection in words: "Close codes" of docs/relay.md.

const CODES = {
  1000: "this tab closed it",
  1001: "the service is being renewed",
  1005: "the connection was closed",
  1006: "the connection was cut",
  4000: "this device was revoked or deleted",
  4001: "the account was suspended or deleted",
  4002: "there is no such device, or the signature is wrong",
  4004: "a frame was changed on the way",
  4005: "no version that both speak",
  4008: "no answer",
  4010: "too slow",
  4011: "the keys have expired",
  4012: "too many connections",
  4013: "the hub failed; nothing that is kept is lost",
};

/** @param state as the client tells it */
export function told({ phase, code, reason, slow }) {
  if (slow) return "Connected, but slow: lines pile up for this device.";
  const said = reason && reason !== CODES[code] ? `: ${reason}` : "";
  const why = code === undefined ? "" : ` (${code}): ${CODES[code] ?? "closed"}${said}.`;
  switch (phase) {
    case "open":
      return "Connected.";
    case "greeting":
    case "proving":
      return "Connecting …";
    case "waiting":
      return `Not connected${why}`;
    case "ended":
      return `Ended${why}`;
    default:
      return "Not connected.";
  }
}

/** Presence in words. */
export const PRESENCE = { active: "active", idle: "idle", offline: "gone" };
