// The page's own ways with its elements.

export const byId = (id) => document.getElementById(id);

/** An element with a text. */
export function make(tag, text = "", attributes = {}) {
  const made = document.createElement(tag);
  made.textContent = text;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

/** A button that does something when it is pressed. */
export function button(text, press, attributes = {}) {
  const made = make("button", text, { type: "button", ...attributes });
  made.addEventListener("click", press);
  return made;
}

/** Says something to whoever looks or listens; nothing takes back what was said. */
export function say(words = "", alarm = false) {
  const notice = byId("notice");
  notice.className = alarm ? "alarm" : "";
  notice.textContent = words;
}

/** Shows one step of the page and hides the others. */
export function show(id) {
  for (const step of document.querySelectorAll("[data-step]")) step.hidden = step.id !== id;
  byId(id).querySelector("h2").focus();
}

/** The next time that the form is sent: what stands in it. */
export const submitted = (form) =>
  new Promise((resolve) => {
    const send = (event) => {
      event.preventDefault();
      resolve(Object.fromEntries(new FormData(form)));
    };
    form.addEventListener("submit", send, { once: true });
  });

/** While a task runs the buttons of its form rest. */
export async function busy(form, task) {
  const buttons = form.querySelectorAll("button");
  for (const one of buttons) one.disabled = true;
  try {
    return await task();
  } finally {
    for (const one of buttons) one.disabled = false;
  }
}

/** Hours and minutes. */
export const clock = (at) => new Date(at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });

/** A fingerprint in groups, which people can compare. */
export const grouped = (fingerprint) => fingerprint.match(/.{4}/g).join(" ");
