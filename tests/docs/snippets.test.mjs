// Code examples of the documentation page: the text is what a shell, a browser and Python read back unchanged.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";

import { exampleRequest } from "../../public/docs/example.js";
import { curl, javascript, python, webSocket } from "../../public/docs/snippets.js";

const awkward = { note: "it's \"quoted\" $HOME `x` \\ \n\u00e9 \ud83c\udf19 %", on: true, off: false, none: null, list: [], map: {}, n: [1, -2.5] };
const request = {
  method: "POST",
  url: "https://example.test/api/v1/readings?a=1&b=it's",
  headers: [["Authorization", "Bearer secret.token"], ["Content-Type", "application/json"], ["X-Note", 'a"b']],
  body: JSON.stringify(awkward, null, 2),
};

test("no language repeats a token", () => {
  for (const make of [curl, javascript, python]) assert.doesNotMatch(make(request), /secret/);
});

test("a shell reads the curl example as the same request", () => {
  const script = `curl() { for word in "$@"; do printf '%s\\0' "$word"; done; }; TOKEN=T\n${curl(request)}`;
  const words = execFileSync("sh", ["-c", script]).toString().split("\0");
  assert.deepEqual(words.slice(0, 10), [
    "-sS", "-X", "POST", request.url, "-H", "Authorization: Bearer T", "-H", "Content-Type: application/json", "-H", 'X-Note: a"b',
  ]);
  assert.equal(words[10], "--data-raw");
  assert.equal(words[11], request.body);
});

test("the JavaScript example sends the same request", async () => {
  const sent = [];
  const run = new Function("fetch", "token", "console", `return (async () => { ${javascript(request)} })()`);
  await run(async (...call) => (sent.push(call), { status: 200, text: async () => "" }), "T", { log() {} });
  const [[url, options]] = sent;
  assert.equal(url, request.url);
  assert.equal(options.method, "POST");
  assert.deepEqual(options.headers, { Authorization: "Bearer T", "Content-Type": "application/json", "X-Note": 'a"b' });
  assert.deepEqual(JSON.parse(options.body), awkward);
});

test("the Python example is valid and sends the same body", () => {
  const program = [
    "import sys, types, json as reader",
    "sent = {}",
    "stub = types.ModuleType('requests')",
    "def send(method, url, **rest):",
    "    sent.update(method=method, url=url, **rest)",
    "    return types.SimpleNamespace(status_code=200, text='')",
    "stub.request = send",
    "sys.modules['requests'] = stub",
    "token = 'T'",
    python(request),
    "print(reader.dumps(sent))",
  ].join("\n");
  const sent = JSON.parse(execFileSync("python3", ["-c", program]).toString().trim().split("\n").at(-1));
  assert.deepEqual([sent.method, sent.url], ["POST", request.url]);
  assert.equal(sent.headers.Authorization, "Bearer T");
  assert.deepEqual(JSON.parse(sent.data), awkward);
});

test("an operation that becomes a socket is opened as one", () => {
  const query = { name: "account", in: "query", required: true, schema: { type: "string" }, example: "a b" };
  const offer = { name: "Sec-WebSocket-Protocol", in: "header", schema: { type: "string" }, example: "one.v1, two" };
  const asked = { name: "Upgrade", in: "header", required: true, schema: { type: "string", pattern: "^websocket$" } };
  const document = { paths: { "/connect": { get: { "x-upgrade": true, security: [], parameters: [query, offer, asked] } } } };
  const made = exampleRequest(document, "/connect", "get", "https://example.test");
  assert.equal(made.socket, true);
  const opened = [];
  class WebSocket {
    constructor(...call) {
      opened.push(call);
    }
    addEventListener() {}
  }
  new Function("WebSocket", webSocket(made))(WebSocket);
  assert.deepEqual(opened, [["wss://example.test/connect?account=a+b", ["one.v1", "two"]]]);
});

test("half-typed JSON is passed on as it stands", () => {
  const broken = { ...request, body: '{"a": ' };
  assert.ok(javascript(broken).includes(JSON.stringify('{"a": ')));
  assert.ok(python(broken).includes('data="{\\"a\\": ".encode()'));
});

test("an operation's example becomes a request", () => {
  const document = {
    components: { parameters: { id: { name: "id", in: "path", required: true, schema: { $ref: "#/components/schemas/Id" } } }, schemas: { Id: { examples: ["a/b"] } } },
    paths: {
      "/things/{id}": {
        patch: {
          security: [{ bearer: [] }],
          parameters: [{ $ref: "#/components/parameters/id" }, { name: "dry", in: "query", schema: { type: "boolean" }, example: true }, { name: "unused", in: "query", schema: { type: "string" } }],
          requestBody: { content: { "application/merge-patch+json": { examples: { one: { value: { on: true } } } } } },
        },
      },
    },
  };
  assert.deepEqual(exampleRequest(document, "/things/{id}", "patch", "https://example.test"), {
    method: "PATCH",
    url: "https://example.test/things/a%2Fb?dry=true",
    headers: [["Authorization", "Bearer"], ["Content-Type", "application/merge-patch+json"]],
    body: '{\n  "on": true\n}',
  });
});
