// Code for one request in several languages. Pure: a request in, text out.
//
// A request is { method, url, headers: [[name, value]], body } where body is text or undefined.
// A bearer token never appears: every language reads it from a variable.

const isJson = (request) =>
  request.headers.some(([name, value]) => name.toLowerCase() === "content-type" && /[/+]json\b/.test(value));

const parsed = (request) => {
  if (request.body === undefined || !isJson(request)) return undefined;
  try {
    return { value: JSON.parse(request.body) };
  } catch {
    return undefined; // half-typed text is shown as it is
  }
};

const isBearer = ([name, value]) => name.toLowerCase() === "authorization" && value.startsWith("Bearer");

const indentAfterFirst = (text, by) => text.replaceAll("\n", `\n${" ".repeat(by)}`);

const shellQuote = (text) => `'${text.replaceAll("'", "'\\''")}'`;

/** A POSIX shell with curl. */
export const curl = (request) => {
  const lines = [`curl -sS -X ${request.method} ${shellQuote(request.url)}`];
  for (const header of request.headers) {
    lines.push(isBearer(header) ? '-H "Authorization: Bearer $TOKEN"' : `-H ${shellQuote(header.join(": "))}`);
  }
  if (request.body !== undefined) lines.push(`--data-raw ${shellQuote(request.body)}`);
  return lines.join(" \\\n  ");
};

/** JavaScript with fetch, in a module. */
export const javascript = (request) => {
  const json = parsed(request);
  const fields = [`method: ${JSON.stringify(request.method)}`];
  if (request.headers.length > 0) {
    const entries = request.headers.map((header) =>
      isBearer(header) ? "Authorization: `Bearer ${token}`" : `${JSON.stringify(header[0])}: ${JSON.stringify(header[1])}`,
    );
    fields.push(`headers: {\n    ${entries.join(",\n    ")},\n  }`);
  }
  if (json) fields.push(`body: JSON.stringify(${indentAfterFirst(JSON.stringify(json.value, null, 2), 2)})`);
  else if (request.body !== undefined) fields.push(`body: ${JSON.stringify(request.body)}`);
  return [
    `const response = await fetch(${JSON.stringify(request.url)}, {`,
    `  ${fields.join(",\n  ")},`,
    "});",
    "console.log(response.status, await response.text());",
  ].join("\n");
};

const pythonLiteral = (value, depth = 1) => {
  const pad = "    ".repeat(depth);
  const close = "    ".repeat(depth - 1);
  if (value === null) return "None";
  if (value === true) return "True";
  if (value === false) return "False";
  if (Array.isArray(value)) {
    if (value.length === 0) return "[]";
    return `[\n${value.map((item) => `${pad}${pythonLiteral(item, depth + 1)},\n`).join("")}${close}]`;
  }
  if (typeof value === "object") {
    const entries = Object.entries(value);
    if (entries.length === 0) return "{}";
    const lines = entries.map(([name, item]) => `${pad}${JSON.stringify(name)}: ${pythonLiteral(item, depth + 1)},\n`);
    return `{\n${lines.join("")}${close}}`;
  }
  return JSON.stringify(value);
};

/** Python with the requests package. */
export const python = (request) => {
  const json = parsed(request);
  const lines = ["import json", "import requests", ""];
  if (!json) lines.shift();
  const fields = [JSON.stringify(request.method), JSON.stringify(request.url)];
  if (request.headers.length > 0) {
    const entries = request.headers.map((header) =>
      isBearer(header) ? '"Authorization": f"Bearer {token}"' : header.map((part) => JSON.stringify(part)).join(": "),
    );
    fields.push(`headers={\n        ${entries.join(",\n        ")},\n    }`);
  }
  if (json) fields.push(`data=json.dumps(${indentAfterFirst(pythonLiteral(json.value), 4)})`);
  else if (request.body !== undefined) fields.push(`data=${JSON.stringify(request.body)}.encode()`);
  lines.push("response = requests.request(", ...fields.map((field) => `    ${field},`), ")");
  lines.push("print(response.status_code, response.text)");
  return lines.join("\n");
};

/** JavaScript with WebSocket, which makes the headers of the handshake itself. */
export const webSocket = (request) => {
  const [, offered = ""] = request.headers.find(([name]) => name.toLowerCase() === "sec-websocket-protocol") ?? [];
  const names = offered.split(",").map((name) => name.trim()).filter(Boolean);
  const parts = [request.url.replace(/^http/, "ws"), ...(names.length > 0 ? [names] : [])];
  return [
    `const socket = new WebSocket(${parts.map((part) => JSON.stringify(part)).join(", ")});`,
    'socket.addEventListener("message", ({ data }) => console.log(data));',
  ].join("\n");
};

/** What opens a socket; the others would be refused. */
export const sockets = [{ id: "websocket", title: "JavaScript (WebSocket)", make: webSocket }];

/** The languages in the order in which the page offers them. */
export const languages = [
  { id: "curl", title: "Shell (curl)", make: curl },
  { id: "javascript", title: "JavaScript (fetch)", make: javascript },
  { id: "python", title: "Python (requests)", make: python },
];
