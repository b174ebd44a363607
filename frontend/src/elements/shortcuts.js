// data-shortcut="mod+enter" (or "/", "c", …) presses the element; mod is ⌘ on a Mac and Ctrl elsewhere.
const TYPING = "input, textarea, select, [contenteditable=true]";

function nameOf(event) {
  const mod = event.metaKey || event.ctrlKey ? "mod+" : "";
  return mod + event.key.toLowerCase();
}

document.addEventListener("keydown", (event) => {
  const name = nameOf(event);
  if (event.altKey || (!name.startsWith("mod+") && event.target.matches?.(TYPING))) return;
  const target = [...document.querySelectorAll(`[data-shortcut="${CSS.escape(name)}"]`)].find((each) => each.checkVisibility());
  if (!target || (document.querySelector("dialog[open]") && !target.closest("dialog[open]"))) return;
  event.preventDefault();
  if (target.matches("input, select, textarea")) target.focus();
  else target.click();
}, true);
