// Sends the token of a mail, which stands in the fragment of the address, where no server and no log sees it. Nothing is
// sent before somebody presses the button: programs that look at links use no token up.
const form = document.querySelector("form");
const status = document.querySelector("[role=status]");
const token = new URLSearchParams(location.hash.slice(1)).get("token");
history.replaceState(null, "", location.pathname);

const say = (words) => {
  status.textContent = words;
};

if (!token) {
  form.hidden = true;
  say("Something is missing in the address. Please follow the link of the mail as a whole.");
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector("button");
  button.disabled = true;
  say("One moment …");
  try {
    const body = JSON.stringify({ token, ...Object.fromEntries(new FormData(form)) });
    const headers = { "content-type": "application/json" };
    const response = await fetch(form.dataset.path, { method: "POST", headers, body });
    if (response.ok) {
      form.hidden = true;
      say(form.dataset.done);
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
