// Somebody who calls the Worker: every request is measured, and one that is not answered as expected is an error.
import { named } from "./meter.mjs";

/** After so many milliseconds nobody waits any more. */
const PATIENCE = 20_000;
/** Tokens are exchanged when they have so many milliseconds left. */
const MARGIN = 60_000;

const parsed = (text) => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

export class Caller {
  /** `api` has the url (it may change), the meter, and perhaps `allows(answer)`: what passes beside the expected. */
  constructor(api, token) {
    Object.assign(this, { api, token });
    this.tags = new Map();
  }

  /**
   * Sends a request and gives `{ status, body, headers }`; undefined where nothing came. `expected` are the statuses that are
   * no error. A GET brings the tag of the last answer, as browsers do.
   */
  async ask(method, path, { expected = [200], body, headers = {} } = {}) {
    const { api, token, tags } = this;
    const tag = method === "GET" ? tags.get(path) : undefined;
    const began = performance.now();
    const what = named(method, path);
    try {
      const response = await fetch(api.url + path, {
        method,
        headers: {
          ...(body !== undefined && { "content-type": "application/json" }),
          ...(token && { authorization: `Bearer ${token}` }),
          ...(tag && { "if-none-match": tag }),
          ...headers,
        },
        body: body === undefined ? undefined : JSON.stringify(body),
        redirect: "manual",
        signal: AbortSignal.timeout(PATIENCE),
      });
      const text = await response.text();
      const answer = { status: response.status, body: parsed(text), headers: response.headers };
      const known = expected.includes(answer.status) || (answer.status === 304 && tag !== undefined);
      const passes = known || api.allows?.(answer);
      api.meter.note(what, performance.now() - began, passes ? undefined : `${answer.status} ${answer.body?.code ?? text.slice(0, 100)} (${response.headers.get("x-request-id")})`);
      if (method === "GET" && answer.status === 200 && response.headers.has("etag")) tags.set(path, response.headers.get("etag"));
      return answer;
    } catch (error) {
      const cause = error.cause?.code ?? error.cause?.message ?? error.message;
      const passes = api.allows?.({ error: cause });
      api.meter.note(what, performance.now() - began, passes ? undefined : cause);
      return undefined;
    }
  }

  /** The body of an answer with a status of success; undefined for any other. */
  async get(path, more) {
    const answer = await this.ask("GET", path, more);
    return answer?.status === 200 ? answer.body : undefined;
  }
}

/** Somebody with an account, whose tokens are exchanged before they end. */
export class Member extends Caller {
  #credentials;
  #refresh;
  #until = 0;
  #renewing;

  constructor(api, credentials) {
    super(api);
    this.#credentials = credentials;
  }

  #keep({ access_token, refresh_token, expires_in, user_id }) {
    this.token = access_token;
    this.#refresh = refresh_token;
    this.#until = Date.now() + expires_in * 1000;
    this.account = user_id ?? this.account;
  }

  async signIn() {
    const answer = await this.ask("POST", "/api/v1/auth/login", { body: this.#credentials });
    if (answer?.status === 200) this.#keep(answer.body);
    return answer?.status === 200;
  }

  async #renew() {
    const answer = await this.ask("POST", "/api/v1/auth/refresh", { body: { refresh_token: this.#refresh } });
    if (answer?.status === 200) this.#keep(answer.body);
    else await this.signIn();
  }

  /** Whether there is a token that lasts for a visit; several visits of one person share the exchange. */
  async ready() {
    if (Date.now() > this.#until - MARGIN) {
      this.#renewing ??= this.#renew().finally(() => (this.#renewing = undefined));
      await this.#renewing;
    }
    return Date.now() < this.#until;
  }
}
