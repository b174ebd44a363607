// Tabs of one page: [role=tablist] with buttons [role=tab][aria-controls]. Arrow keys move, as the ARIA practices say.
// data-tab-open="#tab-id" on any button selects that tab, and brings it into view where it stands further down.
import { on } from "./delegate.js";

const tabsOf = (tab) => [...tab.closest("[role=tablist]").querySelectorAll("[role=tab]")];

export function select(tab) {
  for (const other of tabsOf(tab)) {
    const chosen = other === tab;
    other.setAttribute("aria-selected", String(chosen));
    other.tabIndex = chosen ? 0 : -1;
    document.getElementById(other.getAttribute("aria-controls")).hidden = !chosen;
  }
}

function move(tab, event) {
  const tabs = tabsOf(tab);
  const at = tabs.indexOf(tab);
  const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  const next = tabs[(to + tabs.length) % tabs.length];
  select(next);
  next.focus();
}

// From its beginning, which may be at the lower edge already: what is to come there would be below it.
function show(panel) {
  const { top } = panel.getBoundingClientRect();
  if (top >= 0 && top < innerHeight * 0.6) return;
  const behavior = matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth";
  panel.scrollIntoView({ block: "start", behavior });
}

on("click", "[role=tab]", select);
on("keydown", "[role=tab]", move);
on("click", "[data-tab-open]", (button) => {
  const tab = document.querySelector(button.dataset.tabOpen);
  select(tab);
  show(document.getElementById(tab.getAttribute("aria-controls")));
});
