// Gives the viewer's controls the names and roles that a screen reader needs and the viewer leaves out.

const parameterOf = (control) => control.closest("[data-param-name]")?.dataset.paramName;
const operationOf = (control) =>
  control.closest(".opblock")?.querySelector(".opblock-summary-path")?.textContent.replaceAll("\u200b", "") ?? "";

const named = (control) => control.hasAttribute("aria-label") || control.labels?.length > 0;

const setLevel = (heading, level) => {
  heading.setAttribute("role", "heading");
  heading.setAttribute("aria-level", String(level));
};

/** What is mended: which elements, and how. Every rule may run again on the same element. */
const rules = [
  [".close-modal", (button) => button.setAttribute("aria-label", "Close")],
  [".modal-ux", (dialog) => {
    dialog.setAttribute("role", "dialog");
    dialog.setAttribute("aria-modal", "true");
    dialog.setAttribute("aria-label", "Authorization");
  }],
  // the shown word has to be part of the spoken name
  [".modal-btn.auth[aria-label]", (button) => button.removeAttribute("aria-label")],
  ["[data-param-name] :is(select, input, textarea)", (control) => {
    if (!named(control)) control.setAttribute("aria-label", parameterOf(control));
  }],
  [".examples-select-element", (select) => {
    if (!named(select)) select.setAttribute("aria-label", `Example for ${operationOf(select)}`);
  }],
  ["textarea.body-param__text", (area) => {
    if (!named(area)) area.setAttribute("aria-label", `Request body of ${operationOf(area)}`);
  }],
  // a box that scrolls has to be reachable by keyboard
  ["pre.microlight", (box) => (box.tabIndex = 0)],
  // as a "region" the table would lose its rows and columns
  ["table.responses-table[role=region]", (table) => table.removeAttribute("role")],
  ["h3.opblock-tag, .models > h4, .modal-ux-header > h3", (heading) => setLevel(heading, 2)],
  [".modal-ux-content h4, .modal-ux-content h5", (heading) => setLevel(heading, 3)],
  [".operation-filter-input", (input) => {
    input.setAttribute("aria-label", "Filter the operations");
    input.placeholder = "Filter by any words of path, name or id";
  }],
  [".opblock-body h4, .opblock-body h5, .code-head h4", (heading) => setLevel(heading, 3)],
];

/** Names what is in `root` now and whatever the viewer adds later. */
export const nameControls = (root) => {
  const mend = () => {
    for (const [selector, rule] of rules) root.querySelectorAll(selector).forEach(rule);
  };
  // without attributes, so that the rules do not wake it again
  new MutationObserver(mend).observe(root, { childList: true, subtree: true });
  root.addEventListener("keydown", (event) => {
    if (event.key === "Escape") root.querySelector(".close-modal")?.click();
  });
  mend();
};
