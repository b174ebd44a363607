// Tabs of one page: [role=tablist] with buttons [role=tab][aria-controls]. Arrow keys move, as the ARIA practices say.
// data-tab-open="#tab-id" on any button selects that tab.
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

on("click", "[role=tab]", select);
on("keydown", "[role=tab]", move);
on("click", "[data-tab-open]", (button) => select(document.querySelector(button.dataset.tabOpen)));
