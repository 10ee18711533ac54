// A request and what came of it: an answer, or trouble that can be shown.

/** A broken rule of the contract (RFC 9457 extension of this house). */
export interface Violation {
  in: string;
  pointer: string;
  code: string;
  message: string;
}

/** Why something did not work. `status` is 0 where no answer came. */
export class Trouble extends Error {
  readonly status: number;
  readonly code: string;
  readonly detail: string | undefined;
  readonly requestId: string | undefined;
  readonly violations: Violation[];
  /** Seconds after which asking again may help. */
  readonly retryAfter: number | undefined;

  constructor(status: number, title: string, more: Partial<Trouble> = {}) {
    super(title);
    this.status = status;
    this.code = more.code ?? "";
    this.detail = more.detail;
    this.requestId = more.requestId;
    this.violations = more.violations ?? [];
    this.retryAfter = more.retryAfter;
  }

  /** The scope that the credential lacks, if that is the trouble. */
  get scope(): string | undefined {
    return this.status === 403 ? /scope (\S+) is needed/.exec(this.detail ?? "")?.[1] : undefined;
  }
}

export interface Sending {
  token?: string | undefined;
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal;
  keepalive?: boolean;
}

/** After so many milliseconds without an answer the server counts as gone. */
const PATIENCE = 20_000;

/** Seconds of a Retry-After header, which is a number or a date (RFC 9110 section 10.2.3). */
export function seconds(header: string | null, now = Date.now()): number | undefined {
  if (header === null) return undefined;
  if (/^\d+$/.test(header)) return Number(header);
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, Math.ceil((at - now) / 1000));
}

const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

function trouble(status: number, headers: Headers, body: string): Trouble {
  const requestId = headers.get("x-request-id") ?? undefined;
  const retryAfter = seconds(headers.get("retry-after"));
  let told: Record<string, unknown> = {};
  try {
    told = Object(JSON.parse(body));
  } catch {
    // something in between answered: its text is not ours to show
  }
  return new Trouble(status, text(told.title) ?? `The server answered ${status}`, {
    code: text(told.code) ?? "",
    detail: text(told.detail),
    requestId: text(told.request_id) ?? requestId,
    violations: Array.isArray(told.violations) ? told.violations : [],
    retryAfter,
  });
}

/** Sends a request; comes back with the body as text. Throws Trouble, or what aborted it. */
export async function send(method: string, path: string, { token, body, headers, signal, keepalive }: Sending = {}): Promise<string> {
  const sent: Record<string, string> = { accept: "application/json, text/plain", ...headers };
  if (token !== undefined) sent.authorization = `Bearer ${token}`;
  if (body !== undefined) sent["content-type"] ??= "application/json";
  const late = AbortSignal.timeout(PATIENCE);
  try {
    const answer = await fetch(path, {
      method,
      headers: sent,
      body: body === undefined ? null : JSON.stringify(body),
      signal: signal ? AbortSignal.any([signal, late]) : late,
      credentials: "omit",
      cache: "no-store",
      redirect: "error",
      keepalive: keepalive ?? false,
    });
    const words = await answer.text();
    if (!answer.ok) throw trouble(answer.status, answer.headers, words);
    return words;
  } catch (error) {
    if (error instanceof Trouble || signal?.aborted) throw error;
    throw new Trouble(0, "The server does not answer", { detail: "It cannot be reached, or the connection was cut." });
  }
}
