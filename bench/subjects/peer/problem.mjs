// RFC 9457 problem documents, as the contract asks for.
const TITLES = {
  "malformed-request": [400, "The request cannot be read"],
  unauthenticated: [401, "Credentials are missing or no longer valid"],
  forbidden: [403, "This is not allowed with these credentials"],
  "not-found": [404, "There is nothing here"],
  "payload-too-large": [413, "The body is too large"],
  "invalid-request": [422, "The request breaks a rule of the contract"],
  "cursor-invalid": [422, "The cursor does not belong to this list"],
  "quota-exceeded": [429, "Too many requests"],
  "internal-error": [500, "Something went wrong on our side"],
  "dependency-unavailable": [503, "A dependency does not answer"],
};

/** The problem of this code as a response. */
export function problem(c, code, extra = {}) {
  const [status, title] = TITLES[code];
  const body = { type: `/problems/${code}`, title, status, code, request_id: c.get("requestId"), ...extra };
  return c.body(JSON.stringify(body), status, { "content-type": "application/problem+json" });
}

/** What zod found, as JSON pointers. */
export function violations(error) {
  return error.issues.map((issue) => ({
    pointer: issue.path.map((part) => `/${String(part).replaceAll("~", "~0").replaceAll("/", "~1")}`).join(""),
    code: issue.code,
    message: issue.message,
  }));
}
