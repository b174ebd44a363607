// ⌘K: type to narrow the options, arrows to move, Enter to go (with ⌘ in a new tab). Options that the server found are
// shown as they come, above the actions and pages; what was chosen with the arrows stays chosen.
import { icon, on } from "./delegate.js";
import { openedLately } from "./recent.js";

const palette = () => document.getElementById("palette");
const input = () => palette().querySelector("[data-palette]");
const options = () => [...palette().querySelectorAll("[role=option]")];
const shown = () => options().filter((option) => !option.hidden && !option.parentElement.hidden);
const chosen = () => shown().find((option) => option.getAttribute("aria-selected") === "true");
let hasMoved = false; // with the arrows, since the last letter
let isAwaited = false; // Enter was pressed before anything was found: what is found first opens
const wordsOf = (text) => text.toLowerCase().split(/\s+/).filter(Boolean);

function choose(option) {
  options().forEach((other, index) => {
    other.id = `palette-option-${index}`;
    other.setAttribute("aria-selected", String(other === option));
  });
  if (option) input().setAttribute("aria-activedescendant", option.id);
  else input().removeAttribute("aria-activedescendant");
  option?.scrollIntoView({ block: "nearest" });
}

// Marks the letters that were typed, in the label and in what stands beside it.
function mark(element, words) {
  const text = element.textContent;
  const pattern = words.map((word) => RegExp.escape?.(word) ?? word.replace(/[^\p{L}\p{N}]/gu, "\\$&")).join("|");
  if (!pattern) return element.replaceChildren(text);
  const parts = text.split(new RegExp(`(${pattern})`, "giu"));
  element.replaceChildren(...parts.map((part, at) => (at % 2 ? Object.assign(document.createElement("mark"), { textContent: part }) : part)));
}

function narrow() {
  const words = wordsOf(input().value);
  const found = document.getElementById("palette-found");
  if (!words.length) found.replaceChildren();
  for (const option of options()) {
    const text = `${option.textContent} ${option.dataset.words || ""}`.toLowerCase();
    option.hidden = !found.contains(option) && !words.every((word) => text.includes(word));
    option.querySelectorAll(".palette-label, .palette-sub").forEach((part) => mark(part, words));
  }
  for (const group of palette().querySelectorAll("[role=group]")) {
    const isRecent = group.hasAttribute("data-palette-recent");
    group.hidden = (isRecent && words.length > 0) || !group.querySelector("[role=option]:not([hidden])");
  }
  const kept = hasMoved && chosen();
  choose(kept || shown()[0]);
  if (!kept) document.getElementById("palette-options").scrollTop = 0;
  tellNothing();
}

const isSearching = () => input().dataset.searching === "yes";
const tellNothing = () => (palette().querySelector(".palette-none").hidden = isSearching() || shown().length > 0);

function showRecent() {
  const group = palette().querySelector("[data-palette-recent]");
  group.querySelectorAll("[role=option]").forEach((option) => option.remove());
  group.append(...openedLately().map(recentOption));
}

function recentOption({ label, sub, url, iconName }) {
  const option = Object.assign(document.createElement("a"), { href: url, tabIndex: -1 });
  option.setAttribute("role", "option");
  const span = (className, text) => Object.assign(document.createElement("span"), { className, textContent: text });
  option.append(icon(iconName), span("palette-label", label), span("palette-sub", sub));
  return option;
}

function move(step) {
  hasMoved = true;
  const all = shown();
  if (all.length) choose(all[(all.indexOf(chosen()) + step + all.length) % all.length]);
}

function go(option, isNewTab) {
  if (!option) return;
  if (isNewTab && option.href) return window.open(option.href, "_blank", "noopener");
  palette().close();
  option.click();
}

function enter(isNewTab) {
  isAwaited = !chosen() && isSearching();
  go(chosen(), isNewTab);
}

on("focusin", "[data-palette]", (field) => {
  hasMoved = isAwaited = false;
  showRecent();
  field.select();
  narrow();
});
on("input", "[data-palette]", (field) => {
  hasMoved = isAwaited = false;
  field.dataset.searching = field.value.trim() && field.hasAttribute("hx-get") ? "yes" : "no";
  narrow();
});
on("keydown", "[data-palette]", (field, event) => {
  const steps = { ArrowDown: 1, ArrowUp: -1 };
  if (event.key in steps) move(steps[event.key]);
  else if (event.key === "Enter") enter(event.metaKey || event.ctrlKey);
  else return;
  event.preventDefault();
});
on("click", "#palette [role=option][data-dialog-open]", () => palette().close());
for (const type of ["htmx:afterSettle", "htmx:responseError", "htmx:sendError"]) {
  document.addEventListener(type, ({ detail }) => {
    if (!detail.elt?.matches?.("[data-palette], #palette-found")) return;
    delete input().dataset.searching;
    narrow();
    if (isAwaited && palette().open) go(chosen(), false);
    isAwaited = false;
  });
}
