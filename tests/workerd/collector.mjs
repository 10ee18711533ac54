// Collectors of OTLP: a real one (rotel, which scripts/test.sh installs) whose findings are forwarded to this process, and
// a stand-in that does as a test tells it.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { createServer as createSocket } from "node:net";
import { gunzipSync } from "node:zlib";

async function listen(server) {
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server.address().port;
}

async function freePort() {
  const server = createSocket();
  const port = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function body(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  return request.headers["content-encoding"] === "gzip" ? gunzipSync(bytes) : bytes;
}

/** The fields of a message of protocol buffers: number -> values, each a BigInt or bytes. */
function fields(bytes) {
  const found = {};
  let at = 0;
  const varint = () => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++];
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  const fixed = (size) => {
    at += size;
    return size === 8 ? bytes.readBigUInt64LE(at - 8) : BigInt(bytes.readUInt32LE(at - 4));
  };
  while (at < bytes.length) {
    const tag = Number(varint());
    const piece = () => {
      const length = Number(varint());
      at += length;
      return bytes.subarray(at - length, at);
    };
    const value = { 0: varint, 1: () => fixed(8), 2: piece, 5: () => fixed(4) }[tag & 7]();
    (found[tag >> 3] ??= []).push(value);
  }
  return found;
}

const text = (values) => values?.[0].toString("utf8") ?? "";
const hex = (values) => values?.[0].toString("hex") ?? "";
const number = (values) => Number(values?.[0] ?? 0n);
const message = (values) => fields(values?.[0] ?? Buffer.alloc(0));
const value = (any) => (any[1] ? text(any[1]) : any[3] ? number(any[3]) : undefined);
const attributes = (values = []) =>
  Object.fromEntries(values.map((pair) => fields(pair)).map((pair) => [text(pair[1]), value(message(pair[2]))]));

/** What is inside of a request to export: resource, scope, items. */
function* items(bytes) {
  for (const resource of (fields(bytes)[1] ?? []).map(fields)) {
    const from = attributes(message(resource[1])[1]);
    for (const scope of (resource[2] ?? []).map(fields)) for (const item of scope[2] ?? []) yield [from, fields(item)];
  }
}

const span = ([resource, one]) => ({
  resource,
  traceId: hex(one[1]),
  spanId: hex(one[2]),
  parentSpanId: hex(one[4]),
  name: text(one[5]),
  kind: number(one[6]),
  start: one[7][0],
  end: one[8][0],
  attributes: attributes(one[9]),
  status: number(message(one[15])[3]),
});

const record = ([resource, one]) => ({
  resource,
  time: one[1][0],
  severityNumber: number(one[2]),
  severityText: text(one[3]),
  body: value(message(one[5])),
  attributes: attributes(one[6]),
  traceId: hex(one[9]),
  spanId: hex(one[10]),
});

/** Starts rotel, which reads OTLP's JSON and forwards it as protocol buffers: `spans` and `logs` are what it understood. */
export async function startRotel() {
  const binary = process.env.ROTEL;
  if (!binary) throw new Error("rotel is missing: scripts/test.sh installs it");
  const found = { spans: [], logs: [], raw: [] };
  const server = createServer(async (request, response) => {
    const bytes = await body(request);
    found.raw.push(bytes);
    if (request.url === "/v1/traces") found.spans.push(...[...items(bytes)].map(span));
    else found.logs.push(...[...items(bytes)].map(record));
    response.writeHead(200, { "content-type": "application/x-protobuf" }).end();
  });
  const [behind, http, grpc] = [await listen(server), await freePort(), await freePort()];
  const here = (port) => `127.0.0.1:${port}`;
  const args = ["start", "--exporter", "otlp", "--otlp-exporter-protocol", "http"];
  args.push("--otlp-exporter-endpoint", `http://${here(behind)}`, "--otlp-http-endpoint", here(http));
  args.push("--otlp-grpc-endpoint", here(grpc));
  const child = spawn(binary, args, { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (said += chunk));
  // It says that it starts before it listens: what tells is an answer.
  const ready = async () => {
    for (;;) {
      if (child.exitCode !== null) throw new Error(`rotel ended: ${said}`);
      const answered = await fetch(`http://${here(http)}/v1/logs`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: '{"resourceLogs":[]}',
        signal: AbortSignal.timeout(1_000),
      }).catch(() => undefined);
      if (answered?.ok) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  await ready();
  const close = async () => {
    child.kill();
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { ...found, url: `http://${here(http)}`, said: () => said, close };
}

/**
 * A stand-in. `does` is what it does with each request: a function of response and path; `got` what it was sent, with the
 * status that it answered, 0 while it has not.
 */
export async function startCollector() {
  const collector = { got: [], does: (response) => response.writeHead(200, { "content-type": "application/json" }).end("{}") };
  const waiting = [];
  let server;
  let port;
  collector.open = async () => {
    server = createServer(async (request, response) => {
      const one = { path: request.url, headers: request.headers, body: JSON.parse(await body(request)), response, status: 0 };
      response.on("finish", () => (one.status = response.statusCode));
      collector.got.push(one);
      collector.does(response, request.url);
      waiting.splice(0).forEach((resolve) => resolve(one));
    });
    if (port) await new Promise((resolve) => server.listen(port, "127.0.0.1", resolve));
    else port = await listen(server);
  };
  collector.close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  /** The next request that comes. */
  collector.next = () => new Promise((resolve) => waiting.push(resolve));
  await collector.open();
  collector.url = `http://127.0.0.1:${port}`;
  return collector;
}

/** The spans of requests to a stand-in. */
export const spansOf = ({ body }) => body.resourceSpans[0].scopeSpans[0].spans;
