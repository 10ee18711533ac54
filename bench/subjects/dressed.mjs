// Not a subject of the targets: the floor's health answer with the headers and the log line that the house puts on every
// answer, written by hand. What is left between this and Witness is what Witness itself costs.
const HEALTH = JSON.stringify({ status: "ok", version: "0.0.0-dressed" });

const hex = (bytes) => {
  let text = "";
  for (const byte of bytes) text += (byte + 256).toString(16).slice(1);
  return text;
};

export default {
  async fetch(request) {
    const started = Date.now();
    const url = request.url;
    const path = url.slice(url.indexOf("/", 8));
    if (path !== "/health") return new Response("not found", { status: 404 });
    const random = hex(crypto.getRandomValues(new Uint8Array(24)));
    const request_id = crypto.randomUUID();
    const trace_id = /^00-([0-9a-f]{32})-/.exec(request.headers.get("traceparent") ?? "")?.[1] ?? random.slice(0, 32);
    const duration = Date.now() - started;
    console.log(
      JSON.stringify({
        timestamp: new Date(started).toISOString(),
        level: "info",
        requestId: request_id,
        traceId: trace_id,
        action: "find_health",
        duration,
        metadata: { method: request.method, route: "/health", status: 200, calls: {} },
      }),
    );
    return new Response(HEALTH, {
      headers: {
        "content-type": "application/json",
        "cache-control": "no-store",
        vary: "origin, accept-encoding",
        "x-request-id": request_id,
        traceparent: `00-${trace_id}-${random.slice(32)}-00`,
        "server-timing": `total;dur=${duration}`,
        "x-content-type-options": "nosniff",
        "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
        "referrer-policy": "no-referrer",
        "cross-origin-resource-policy": "same-origin",
      },
    });
  },
};
