// A link to #field-id (from the list of problems) brings the field into view and puts the cursor in it, opening the tab
// it is on. An editor stands in for its textarea and carries its id.
import { select } from "./tabs.js";

const CONTROLS = "input, select, textarea, button, code-editor";

export function goTo(id) {
  const field = document.getElementById(id);
  if (!field) return;
  const panel = field.closest("[role=tabpanel][hidden]");
  if (panel) select(document.querySelector(`[aria-controls="${CSS.escape(panel.id)}"]`));
  document.dispatchEvent(new CustomEvent("field-wanted", { detail: { field } }));
  field.scrollIntoView({ block: "center" });
  const control = field.matches(CONTROLS) ? field : field.querySelector(CONTROLS);
  control?.focus({ preventScroll: true });
}

const fromAddress = () => location.hash.length > 1 && goTo(decodeURIComponent(location.hash.slice(1)));

addEventListener("hashchange", fromAddress);
addEventListener("load", fromAddress);
document.addEventListener("click", (event) => {
  const link = event.target.closest?.('a[href^="#"]');
  if (link && link.hash === location.hash) fromAddress(); // the same problem again: no hashchange happens
});
