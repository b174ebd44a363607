// data-shortcut="mod+enter" (or "/", "c", "g c": one after the other) presses the element; mod is ⌘ on a Mac and Ctrl
// elsewhere. The ? key lists whatever works on the page just now: each such element by data-shortcut-label or its own
// name, and what behaviours listen for by themselves (HINTS).
import { on } from "./delegate.js";
import { openDialog } from "./dialog.js";

const TYPING = "input:not([type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select, [contenteditable=true]";
const NEXT_KEY_MS = 1500;
const SIGNS = { enter: "↵", escape: "Esc", arrowup: "↑", arrowdown: "↓", mod: document.documentElement.dataset.keys === "mac" ? "⌘" : "Ctrl" };
const HINTS = [
  { when: "[data-row-keys]", keys: "j", label: "Next row" },
  { when: "[data-row-keys]", keys: "k", label: "Previous row" },
  { when: "[data-row-keys]", keys: "o", label: "Open the row" },
  { when: "form[data-autosave]", keys: "mod+s", label: "Save now" },
  { when: "code-editor", keys: "{ {", label: "Suggest variables while typing" },
  { when: "dialog[open]:not(#shortcuts)", keys: "escape", label: "Close" },
];

export const isTyping = (target) => Boolean(target?.matches?.(TYPING));

function nameOf(event) {
  const mod = event.metaKey || event.ctrlKey ? "mod+" : "";
  return mod + event.key.toLowerCase();
}

const topDialog = () => [...document.querySelectorAll("dialog[open]:not(#shortcuts)")].at(-1);
const usable = (element) => element.checkVisibility() && (!topDialog() || topDialog().contains(element));
const declared = () => [...document.querySelectorAll("[data-shortcut]")].filter(usable);

let first = "";
let firstAt = 0;

function press(element) {
  if (element.matches("input, select, textarea")) element.focus();
  else element.click();
}

document.addEventListener("keydown", (event) => {
  const name = nameOf(event);
  if (event.altKey || event.isComposing || (!name.startsWith("mod+") && isTyping(event.target))) return;
  if (["shift", "control", "meta"].includes(event.key.toLowerCase())) return;
  const names = first && Date.now() - firstAt < NEXT_KEY_MS ? [`${first} ${name}`, name] : [name];
  first = "";
  const all = declared();
  const target = names.map((each) => all.find((element) => element.dataset.shortcut === each)).find(Boolean);
  if (!target && name === "?") showAll();
  else if (target) press(target);
  else {
    if (all.some((element) => element.dataset.shortcut.startsWith(`${name} `))) [first, firstAt] = [name, Date.now()];
    return;
  }
  event.preventDefault();
}, true);

function labelOf(element) {
  const { shortcutLabel } = element.dataset;
  if (shortcutLabel) return shortcutLabel;
  const label = element.getAttribute("aria-label");
  if (label) return label;
  const copy = element.cloneNode(true);
  copy.querySelectorAll("kbd").forEach((kbd) => kbd.remove());
  return copy.textContent.trim().replace(/\s+/g, " ");
}

function make(tag, className, ...children) {
  const made = Object.assign(document.createElement(tag), { className });
  made.append(...children);
  return made;
}

const signOf = (key) => SIGNS[key] || (key.length === 1 ? key.toUpperCase() : key);
const kbd = (step) => make("kbd", "", step.split("+").filter(Boolean).map(signOf).join(" ") || "+");

function row({ keys, label }) {
  const steps = keys.split(" ").flatMap((step, at) => (at ? [make("span", "faint", " then "), kbd(step)] : [kbd(step)]));
  return make("div", "shortcut", make("dt", "", label), make("dd", "", ...steps));
}

function section(title, entries) {
  const unique = [...new Map(entries.map((entry) => [entry.keys, entry])).values()];
  return unique.length ? [make("section", "", make("h3", "", title), make("dl", "shortcuts", ...unique.map(row)))] : [];
}

export function fillShortcuts() {
  const entries = declared().map((element) => ({
    keys: element.dataset.shortcut,
    label: labelOf(element),
    isHere: Boolean(element.closest("main, dialog, .messages")),
  }));
  const hints = HINTS.filter(({ when }) => [...document.querySelectorAll(when)].some(usable));
  const everywhere = entries.filter(({ isHere }) => !isHere);
  document.querySelector("[data-shortcuts-list]").replaceChildren(
    ...section("On this page", [...entries.filter(({ isHere }) => isHere), ...hints]),
    ...section("Everywhere", [...everywhere, { keys: "?", label: "Show these shortcuts" }]),
  );
}

function showAll() {
  const dialog = document.getElementById("shortcuts");
  if (!dialog) return;
  fillShortcuts();
  openDialog(dialog);
}

on("click", '[data-dialog-open="#shortcuts"]', fillShortcuts, true);
