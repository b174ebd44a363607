// Hides what does not apply while the page is still being read, before it is painted: nothing jumps when the scripts come.
// Disabling the fields is left to show_when.js.
import { isShown } from "./show_when_rule.js";

const PART = "[data-show-when]";
const hide = (part) => (part.hidden = !isShown(part));

const observer = new MutationObserver((changes) => {
  for (const { addedNodes } of changes) {
    for (const node of addedNodes) {
      if (node.matches?.(PART)) hide(node);
      node.querySelectorAll?.(PART).forEach(hide);
    }
  }
});
observer.observe(document, { childList: true, subtree: true });
document.addEventListener("DOMContentLoaded", () => observer.disconnect());
