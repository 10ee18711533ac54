// One page for the links of all mails: the last part of the path says what the token is for. The token stands in the
// fragment of the address, where no server and no log sees it. Nothing is sent before somebody presses the button:
// programs that look at links use no token up.
const purpose = location.pathname.split("/").pop().replace(/\.html$/, "");
const token = new URLSearchParams(location.hash.slice(1)).get("token");
history.replaceState(null, "", location.pathname);

const known = document.querySelector(`section[data-path][id="${CSS.escape(purpose)}"]`);
const section = known ?? document.getElementById("unknown");
const form = section.querySelector("form");
const status = document.querySelector("[role=status]");
section.hidden = false;
document.title = section.querySelector("h1").textContent;

const say = (words) => {
  status.textContent = words;
};

if (!form || !token) {
  if (form) form.hidden = true;
  say("Something is missing in the address. Please follow the link of the mail as a whole.");
}

form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector("button");
  button.disabled = true;
  say("One moment …");
  try {
    const body = JSON.stringify({ token, ...Object.fromEntries(new FormData(form)) });
    const headers = { "content-type": "application/json" };
    const response = await fetch(section.dataset.path, { method: "POST", headers, body });
    if (response.ok) {
      form.hidden = true;
      say(section.dataset.done);
      return;
    }
    const problem = await response.json();
    if (problem.code === "token-invalid") say("This link was used before or is too old. Please ask for another mail.");
    else say(problem.violations?.[0]?.message ?? problem.detail ?? problem.title);
  } catch {
    say("The server could not be reached. Please try again.");
  }
  button.disabled = false;
});
