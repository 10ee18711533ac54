// The peer: the same three operations as an experienced author would write them with Hono and zod-openapi.
import { OpenAPIHono } from "@hono/zod-openapi";
import { requestId } from "hono/request-id";
import { secureHeaders } from "hono/secure-headers";

import { problem, violations } from "./problem.mjs";
import { install } from "./routes.mjs";

const app = new OpenAPIHono({
  strict: true,
  defaultHook: (result, c) => {
    if (!result.success) return problem(c, "invalid-request", { violations: violations(result.error) });
  },
});

app.use(requestId({ headerName: "X-Request-Id" }));
app.use(async (c, next) => {
  const started = Date.now();
  await next();
  console.log(
    JSON.stringify({
      level: "info",
      event: "request",
      request_id: c.get("requestId"),
      method: c.req.method,
      path: c.req.path,
      status: c.res.status,
      duration_ms: Date.now() - started,
      user_id: c.get("jwtPayload")?.sub,
    }),
  );
});
app.use(secureHeaders());

app.onError((error, c) => {
  if ("getResponse" in error) {
    return problem(c, error.status === 401 ? "unauthenticated" : error.status === 413 ? "payload-too-large" : "malformed-request");
  }
  console.error(JSON.stringify({ level: "error", request_id: c.get("requestId"), message: String(error) }));
  return problem(c, "internal-error");
});
app.notFound((c) => problem(c, "not-found"));

install(app);
app.openAPIRegistry.registerComponent("securitySchemes", "bearer", { type: "http", scheme: "bearer", bearerFormat: "JWT" });
app.doc31("/openapi.json", { openapi: "3.1.0", info: { title: "Peer", version: "1.0.0" } });

export { Limiter } from "./limiter.mjs";
export default app;
