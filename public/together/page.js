// Two devices of one person stay in step. Each tab is a device of its own.
import { byId } from "./dom.js";
import { entered } from "./entry.js";
import { stay } from "./room.js";

// No form of this page is sent by the browser itself: what is typed would stand in an address.
document.addEventListener("submit", (event) => event.preventDefault());

// `make run` names its account in the fragment of the address that it prints, which no server sees.
const email = new URLSearchParams(location.hash.slice(1)).get("email");
if (email) {
  history.replaceState(null, "", location.pathname);
  byId("email").placeholder = byId("email").value = email;
  byId("demo").hidden = false;
}

await stay(await entered());
