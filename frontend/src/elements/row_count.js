// A tab whose panel holds key/value rows says how many of them are sent: written and switched on.
import { on } from "./delegate.js";
import { readRows } from "./rows.js";

function badge(count) {
  return Object.assign(document.createElement("span"), { className: "count", textContent: count });
}

function tell(group) {
  const tab = document.getElementById(group.closest("[role=tabpanel]")?.getAttribute("aria-labelledby"));
  if (!tab) return;
  const count = readRows(group).filter(({ enabled }) => enabled).length;
  tab.querySelector(".count")?.remove();
  if (count) tab.append(" ", badge(count));
}

on("input", "[data-rows]", tell);
on("change", "[data-rows]", tell);
