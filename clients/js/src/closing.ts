// Why connections end, and whether the client comes again: "Close codes" of the protocol.

/** A connection that cannot go on. `code` is what the socket is closed with. */
export class Fault extends Error {
  readonly code: number;
  constructor(code: number, reason: string) {
    super(reason);
    this.code = code;
  }
}

export const CODES = {
  signature: 4002,
  binary: 4003,
  forged: 4004,
  version: 4005,
  rule: 4006,
  shape: 4007,
  timeout: 4008,
  large: 4009,
} as const;

/** `once`: at once; `wait`: after a pause that grows; `later`: after the longest pause; `never`: not by itself. */
export type Return = "once" | "wait" | "later" | "never";

const ONCE = [1001, 4004, 4008, 4011];
const NEVER = [4000, 4001, 4002, 4003, 4005, 4006, 4007, 4009];

/** What follows a connection that the hub, or the way to it, has ended. */
export function afterClose(code: number): Return {
  if (NEVER.includes(code)) return "never";
  if (ONCE.includes(code)) return "once";
  return code === 4012 ? "later" : "wait";
}

/**
 * What follows a connection that this client has ended. The fault is the other side's, and may pass; who is not the
 * server, or speaks another version than it was offered, is met again late.
 */
export function afterFault(code: number): Return {
  if (code === CODES.signature || code === CODES.version) return "later";
  return code === CODES.forged ? "once" : "wait";
}

const FIRST = 1_000;
const LONGEST = 60_000;

/**
 * How long to wait, in milliseconds, after so many connections in a row that came to nothing: a second, doubled up to a
 * minute, of which jitter takes up to half. Who may come at once does so only after a connection that had held.
 * @param random at least 0, less than 1
 */
export function pause(how: Exclude<Return, "never">, failures: number, random: number): number {
  if (how === "once" && failures === 0) return 0;
  const whole = how === "later" ? LONGEST : Math.min(LONGEST, FIRST * 2 ** Math.min(failures, 6));
  return whole * (0.5 + random / 2);
}
