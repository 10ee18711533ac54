// A caller of the Worker. Every answer is looked at on the way: a problem is a problem document of its status, a
// request id is there, and nothing but the expected status passes.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { request } from "node:http";

/** After so many milliseconds without an answer a test fails instead of hanging. */
const PATIENCE = 30_000;

export const PASSWORD = "correct horse battery staple";

/** An answer: status, headers (lower-case names) and the body, read as JSON where it is. */
export class Answer {
  constructor(status, headers, text) {
    this.status = status;
    this.headers = headers;
    this.text = text;
    this.type = headers["content-type"]?.split(";")[0];
    this.body = /[/+]json$/.test(this.type ?? "") && text !== "" ? JSON.parse(text) : undefined;
  }
}

/** What every answer of the Worker keeps to, whatever was asked. */
function inspect(answer, where) {
  assert.match(answer.headers["x-request-id"] ?? "", /^[0-9a-f-]{36}$/, `${where}: no request id`);
  if (answer.status >= 400 && answer.text !== "") {
    assert.equal(answer.type, "application/problem+json", where);
    assert.equal(answer.body.status, answer.status, where);
    assert.match(answer.body.code, /^[a-z]+(-[a-z]+)*$/, where);
    assert.equal(answer.body.request_id, answer.headers["x-request-id"], where);
  }
}

export class Client {
  constructor(url, token) {
    this.url = url;
    this.token = token;
  }

  /** Sends a request. `body` is sent as JSON, `raw` (text or bytes) as it is; the answer must have that status. */
  async send(method, path, status, { body, raw, headers = {}, type = "application/json" } = {}) {
    const sent = { ...(this.token && { authorization: `Bearer ${this.token}` }) };
    const payload = raw ?? (body === undefined ? undefined : JSON.stringify(body));
    if (payload !== undefined && type) sent["content-type"] = type;
    const response = await fetch(this.url + path, {
      method,
      headers: { ...sent, ...headers },
      body: payload,
      signal: AbortSignal.timeout(PATIENCE),
    });
    const text = await response.text();
    const answer = new Answer(response.status, Object.fromEntries(response.headers), text);
    const where = `${method} ${path} -> ${answer.status} ${text.slice(0, 300)}`;
    inspect(answer, where);
    if (status !== undefined) assert.equal(answer.status, status, where);
    return answer;
  }

  get(path, status = 200, options) {
    return this.send("GET", path, status, options);
  }

  post(path, body, status, options) {
    return this.send("POST", path, status, { body, ...options });
  }

  put(path, body, status, options) {
    return this.send("PUT", path, status, { body, ...options });
  }

  patch(path, body, status, options) {
    return this.send("PATCH", path, status, { body, ...options });
  }

  delete(path, status = 204, options) {
    return this.send("DELETE", path, status, options);
  }

  /** The same caller with another token. */
  as(token) {
    return new Client(this.url, token);
  }
}

/** Makes an account and logs in: a client for it, with `email`, `user_id`, `session_id` and both tokens. */
export async function account(url, { email = `${randomUUID()}@example.com`, full_name, headers } = {}) {
  const stranger = new Client(url);
  await stranger.post("/api/v1/auth/register", { email, password: PASSWORD, full_name }, 202, { headers });
  return logIn(url, email, { headers });
}

/** Logs in an account that exists. */
export async function logIn(url, email, options) {
  const { body } = await new Client(url).post("/api/v1/auth/login", { email, password: PASSWORD }, 200, options);
  return Object.assign(new Client(url, body.access_token), { email, ...body });
}

/**
 * Sends a request over a socket of its own, with nothing added or decoded. `write` gets the request and may write
 * its body bit by bit, or leave it unfinished: the answer is awaited all the same.
 */
export function raw(url, { method = "GET", path, headers = {}, write = (sending) => sending.end() }) {
  return new Promise((resolve, reject) => {
    const sending = request(url + path, { method, headers, agent: false, signal: AbortSignal.timeout(PATIENCE) });
    sending.on("error", reject);
    sending.on("response", (response) => {
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => {
        const bytes = Buffer.concat(chunks);
        sending.destroy();
        resolve({ status: response.statusCode, headers: response.headers, bytes });
      });
    });
    write(sending);
  });
}

/** Something for each engine to work with. */
export const INPUTS = {
  numerology: { full_name: "Ada Example", birth_date: "1990-04-12", current_year: 2026 },
  biorhythm: { birth_date: "1990-04-12", target_date: "2026-03-01" },
  tarot: { question: "What helps today?", spread: "three_card", seed: "a seed" },
  iching: { question: "What does this project need?", method: "yarrow", seed: "a seed" },
  enneagram: { method: "self_select", type: 5, wing: 4 },
  gene_keys: { birth_date: "1990-04-12", time_zone: "Europe/Berlin" },
  human_design: { birth_date: "1990-04-12", birth_time: "07:45", time_zone: "Europe/Berlin" },
  sacred_geometry: { intention: "Patience with my work", pattern: "sri_yantra" },
  sigil_forge: { intention: "I find calm", method: "personal", birth_date: "1990-04-12" },
  // Under double summer time.
  vimshottari: { birth_date: "1945-06-01", birth_time: "12:00", time_zone: "Europe/London" },
};

/** A reading for `POST /api/v1/readings`. */
export const reading = (engine = "biorhythm", more = {}) => ({ engine, input: INPUTS[engine], ...more });
