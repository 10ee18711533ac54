// Starts the viewer on this server's own document.
import { nameControls } from "./names.js";
import { witnessPlugin } from "./plugin.js";

const notice = document.getElementById("notice");
const say = (text) => {
  notice.textContent = text;
};

const bearerScheme = (ui) => {
  const schemes = ui.specSelectors.specJson().getIn(["components", "securitySchemes"]);
  return schemes?.findKey((scheme) => scheme.get("type") === "http" && scheme.get("scheme") === "bearer");
};

// A token that a call brings back is used for the calls after it, in this page's memory alone.
const adoptToken = (response) => {
  const answer = response.obj ?? {};
  const path = new URL(response.url, location.href).pathname;
  const scheme = window.ui && path !== "/openapi.json" ? bearerScheme(window.ui) : undefined;
  if (scheme === undefined || !response.ok) return response;
  if (answer.token_type === "Bearer" && typeof answer.access_token === "string") {
    window.ui.preauthorizeApiKey(scheme, answer.access_token);
    say("Signed in: the calls below now carry your access token, until this page is closed.");
  } else if (path.endsWith("/auth/logout")) {
    window.ui.authActions.logout([scheme]);
    say("Signed out.");
  }
  return response;
};

nameControls(document.getElementById("viewer"));

window.ui = window.SwaggerUIBundle({
  url: "/openapi.json",
  domNode: document.getElementById("viewer"),
  presets: [window.SwaggerUIBundle.presets.apis],
  plugins: [witnessPlugin],
  layout: "WitnessLayout",
  deepLinking: true,
  docExpansion: "list",
  filter: true,
  displayOperationId: true,
  displayRequestDuration: true,
  defaultModelsExpandDepth: 0,
  persistAuthorization: false,
  requestSnippetsEnabled: true,
  showMutatedRequest: false,
  syntaxHighlight: { activated: false },
  tryItOutEnabled: true,
  validatorUrl: null,
  queryConfigEnabled: false,
  withCredentials: false,
  responseInterceptor: adoptToken,
});
