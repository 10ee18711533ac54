// What this page changes in the viewer: layout, code examples, search, and some accessibility.
import { exampleRequest } from "./example.js";
import { languages, sockets } from "./snippets.js";

/** Keeps operations whose path, method, summary or id has every word of the phrase, in any letter case. */
export const filterOperations = (taggedOperations, phrase) => {
  const words = String(phrase).toLowerCase().split(/\s+/).filter(Boolean);
  return taggedOperations
    .map((group, tag) =>
      group.update("operations", (operations) =>
        operations.filter((entry) => {
          const operation = entry.get("operation");
          const parts = [tag, entry.get("path"), entry.get("method"), operation.get("summary"), operation.get("operationId")];
          const text = parts.join(" ").toLowerCase();
          return words.every((word) => text.includes(word));
        }),
      ),
    )
    .filter((group) => group.get("operations").size > 0);
};

const requestOf = (live) => ({
  method: live.get("method"),
  url: new URL(live.get("url"), location.href).href,
  headers: live.get("headers") ? live.get("headers").entrySeq().toArray() : [],
  body: live.get("body") === undefined ? undefined : bodyText(live.get("body")),
});

const bodyText = (body) => (typeof body === "string" ? body : JSON.stringify(body?.toJS?.() ?? body, null, 2));

const codeView = (React) => {
  const h = React.createElement;
  return ({ request, title, of }) => {
    const offered = request.socket ? sockets : languages;
    const [id, choose] = React.useState(offered[0].id);
    const [copied, setCopied] = React.useState(false);
    const language = offered.find((one) => one.id === id);
    const text = language.make(request);
    const copy = () => navigator.clipboard?.writeText(text).then(() => setCopied(true), () => setCopied(false));
    return h("section", { className: "code-examples" },
      h("div", { className: "code-head" },
        h("h4", null, title),
        h("label", null, h("span", { className: "unseen" }, `Language of: ${title}, ${of}`),
          h("select", { value: id, onChange: (event) => { choose(event.target.value); setCopied(false); } },
            offered.map((one) => h("option", { key: one.id, value: one.id }, one.title)))),
        h("button", { type: "button", className: "btn copy", onClick: copy }, copied ? "Copied" : "Copy")),
      h("pre", { tabIndex: 0, role: "region", "aria-label": `${title}, ${of}, in ${language.title}` }, h("code", null, text)));
  };
};

const layout = (React) => {
  const h = React.createElement;
  return ({ getComponent, specSelectors }) => {
    const state = specSelectors.loadingStatus();
    const wrap = (...children) => h("div", { className: "swagger-ui" }, ...children);
    if (state === "failed" || state === "failedConfig") {
      return wrap(h("p", { role: "alert", className: "notice failed" }, "The document at /openapi.json cannot be read. Reload the page to try again."));
    }
    if (!specSelectors.specStr()) return wrap(h("p", { className: "notice" }, "Loading the document…"));
    const part = (name, container = true) => h(getComponent(name, container));
    return wrap(
      part("SvgAssets", false),
      part("errors"),
      h("div", { className: "wrapper head" }, part("InfoContainer"), part("AuthorizeBtnContainer")),
      part("FilterContainer"),
      h("div", { className: "wrapper" }, part("operations"), part("Webhooks"), part("Models")));
  };
};

// One line for each error that an operation documents, with its example folded away: a dozen error documents
// in full would bury the answer that the reader came for.
const errorRow = (React, Markdown, code, response) => {
  const h = React.createElement;
  const media = Object.entries(response.toJS().content ?? {}).map(([type, one]) => {
    const examples = Object.values(one.examples ?? {}).map((named) => named.value);
    return { type, examples: one.example === undefined ? examples : [one.example] };
  });
  const shown = media.filter((one) => one.examples.length > 0);
  return h("tr", { className: "response error-row", "data-code": code },
    h("td", { className: "response-col_status" }, code),
    h("td", { className: "response-col_description" },
      h(Markdown, { source: response.get("description") }),
      shown.map(({ type, examples }) =>
        h("details", { key: type },
          h("summary", null, type),
          examples.map((example, at) =>
            h("pre", { key: at, tabIndex: 0 }, h("code", null, JSON.stringify(example, null, 2))))))));
};

/** The viewer's plugin. */
export const witnessPlugin = ({ React }) => {
  const h = React.createElement;
  const Code = codeView(React);
  return {
    fn: { opsFilter: filterOperations },
    components: {
      WitnessLayout: layout(React),
      // a link inside the button that opens the operation would be two controls in one
      DeepLink: ({ text }) => h("span", { className: "nostyle" }, text),
      // The document names the JSON Schema dialect that it uses; the viewer would warn that it ignores the name.
      JsonSchemaDialect: () => null,
      RequestSnippets: ({ request: live }) => {
        const request = requestOf(live);
        return h(Code, { request, title: "This request as code", of: `${request.method} ${new URL(request.url).pathname}` });
      },
    },
    wrapComponents: {
      // A list of 150 and more is drawn as far as it is in view, out of reach of the browser's search: each tag is a list of its own.
      operations: (Original) => (props) => {
        const tagged = props.specSelectors.taggedOperations();
        if (tagged.size < 2) return h(Original, props);
        const only = (tag) => ({ ...props.specSelectors, taggedOperations: () => tagged.filter((_, name) => name === tag) });
        return h(React.Fragment, null, tagged.keySeq().toArray().map((tag) => h(Original, { ...props, key: tag, specSelectors: only(tag) })));
      },
      // an SPDX expression has no page at spdx.org: the viewer would link to nowhere
      License: (_, system) => () =>
        h("p", { className: "info__license" }, `Licence: ${system.specSelectors.specJson().getIn(["info", "license", "name"])}`),
      response: (Original, system) => (props) =>
        /^[45]/.test(props.code) && !props.response.has("$ref")
          ? errorRow(React, system.getComponent("Markdown", true), props.code, props.response)
          : h(Original, props),
      responses: (Original, system) => (props) => {
        const document = system.specSelectors.specJson().toJS();
        const request = exampleRequest(document, props.path, props.method, location.origin);
        return h(React.Fragment, null, h(Code, { request, title: "Example as code", of: `${request.method} ${props.path}` }), h(Original, props));
      },
    },
  };
};
