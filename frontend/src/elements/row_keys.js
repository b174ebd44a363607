// j and k move through the rows of a list ([data-row-keys]), Enter or o opens the row's link. Where a drawer shows one
// of the rows, it shows the next one then.
import { isTyping } from "./shortcuts.js";

const rows = () => [...document.querySelectorAll("[data-row-keys] tbody tr, [data-row-keys] > li")];

function go(step) {
  const all = rows();
  if (!all.length) return;
  const at = all.findIndex((row) => row.classList.contains("is-current"));
  const next = all[Math.min(Math.max(at + step, 0), all.length - 1)];
  all[at]?.classList.remove("is-current");
  next.classList.add("is-current");
  next.scrollIntoView({ block: "nearest" });
  const link = next.querySelector("a, button");
  link?.focus({ preventScroll: true });
  if (document.querySelector(".drawer[open]") && next !== all[at]) link?.click();
}

document.addEventListener("keydown", (event) => {
  if (isTyping(event.target) || event.metaKey || event.ctrlKey || event.altKey) return;
  if (event.key === "j") go(1);
  if (event.key === "k") go(-1);
  if (event.key === "o") document.querySelector("[data-row-keys] .is-current a")?.click();
});
