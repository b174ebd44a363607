// toast("Saved", "ok"). A server sends one with the header HX-Trigger: {"toast": {"message": "…", "tone": "ok"}}.
// Tones: ok, info, warn, bad. Errors stay until they are closed; the rest leaves after six seconds, ten with a button.
// An undo address becomes an Undo button that posts there; Z presses the newest one. An action is {label, run}.
import { csrfToken, each, icon, on } from "./delegate.js";

const ICONS = { ok: "circle-check-filled", warn: "alert-triangle", bad: "alert-circle", info: "info-circle" };
const STAY_MS = 6000;
const STAY_WITH_BUTTON_MS = 10_000;
const STAY_AFTER_HOLD_MS = 3000;
const SPEAK_AFTER_MS = 100; // a live region must be there before its words are

const region = () => document.getElementById("toasts");
const notes = () => [...region().querySelectorAll(".toast-note")];
const topDialog = () => [...document.querySelectorAll("dialog[open]:modal")].at(-1);

// In the top layer, and inside the open dialog: whatever is outside of it can't be clicked or read out.
function raise(place = topDialog() || document.body) {
  const element = region();
  if (element.parentElement.parentElement !== place) place.append(element.parentElement);
  if (element.matches(":popover-open")) element.hidePopover();
  if (!notes().length) return;
  element.popover = "manual";
  element.showPopover();
}

function leave(note) {
  note.remove();
  if (!notes().length && region().matches(":popover-open")) region().hidePopover();
}

// Waits while somebody points at the message or is in it, and a little longer afterwards.
function leaveLater(note) {
  if (note.classList.contains("toast-bad")) return;
  let timer;
  const start = (wait) => {
    clearTimeout(timer);
    timer = setTimeout(() => leave(note), wait);
  };
  const held = () => note.matches(":hover, :focus-within");
  for (const type of ["pointerenter", "focusin"]) note.addEventListener(type, () => clearTimeout(timer));
  for (const type of ["pointerleave", "focusout"]) {
    note.addEventListener(type, () => setTimeout(() => held() || start(STAY_AFTER_HOLD_MS)));
  }
  start(note.querySelector("form, [data-toast-action]") ? STAY_WITH_BUTTON_MS : STAY_MS);
}

const element = (tag, properties, ...children) => {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
};

function undoForm(url) {
  const field = (name, value) => element("input", { type: "hidden", name, value });
  const button = element("button", { type: "submit", className: "btn btn-sm" }, "Undo");
  button.dataset.undo = "";
  const here = location.pathname + location.search;
  return element("form", { method: "post", action: url }, field("csrfmiddlewaretoken", csrfToken()), field("next", here), button);
}

function actionButton({ label, run }, note) {
  const button = element("button", { type: "button", className: "btn btn-sm" }, label);
  button.dataset.toastAction = "";
  button.addEventListener("click", () => {
    leave(note);
    run();
  });
  return button;
}

function closeButton() {
  const button = element("button", { type: "button", className: "btn btn-ghost btn-icon btn-sm" }, icon("x"));
  button.setAttribute("aria-label", "Close message");
  button.dataset.toastClose = "";
  return button;
}

// Takes a message away; whether it was there.
export function untoast(message) {
  const same = notes().filter((note) => note.querySelector("p").textContent === message);
  same.forEach(leave);
  return same.length > 0;
}

export function toast(message, tone = "info", { undo = "", action = null } = {}) {
  if (!undo) untoast(message); // said once, however often it happens
  const note = element("div", { className: `toast-note toast-${tone}` });
  note.append(icon(ICONS[tone] || ICONS.info), element("p", { textContent: message }));
  if (undo) note.append(undoForm(undo));
  if (action) note.append(actionButton(action, note));
  note.append(closeButton());
  region().append(note);
}

// The key belongs to the newest message that can be undone.
function giveKey(button) {
  for (const other of region().querySelectorAll("[data-undo]")) {
    if (other === button) continue;
    delete other.dataset.shortcut;
    other.removeAttribute("aria-keyshortcuts");
    other.querySelector("kbd")?.remove();
  }
  if (button.dataset.shortcut) return;
  button.dataset.shortcut = "z";
  button.dataset.shortcutLabel = "Undo, while the message shows";
  button.setAttribute("aria-keyshortcuts", "z");
  button.append(element("kbd", { textContent: "Z" }));
}

function speak(note) {
  const hint = note.querySelector("[data-undo]") ? ". To undo it, press Z." : "";
  const words = note.querySelector("p").textContent.trim().replace(hint ? /[.\s]+$/ : /\s+$/, "");
  setTimeout(() => (document.getElementById("toasts-live").textContent = words + hint), SPEAK_AFTER_MS);
}

function watch(note) {
  const undo = note.querySelector("[data-undo]");
  if (undo) giveKey(undo);
  raise();
  speak(note);
  leaveLater(note);
}

each("#toasts", (found) => {
  const watched = new WeakSet();
  const watchNew = () => notes().filter((note) => !watched.has(note)).forEach((note) => watched.add(note) && watch(note));
  new MutationObserver(watchNew).observe(found, { childList: true });
  watchNew();
});

on("click", "[data-toast-close]", (button) => leave(button.closest(".toast-note")));
document.addEventListener("toast", ({ detail }) => toast(detail.message ?? detail.value, detail.tone, { undo: detail.undo }));
// Messages outlive the dialog that they are shown in: they move out before it is closed or its markup replaced.
document.addEventListener("close", (event) => event.target.contains(region()) && raise(document.body), true);
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.shouldSwap && topDialog()?.contains(region())) raise(document.body);
});
// Not every answer is swapped in and settles, and every one ends its request.
for (const type of ["htmx:afterSettle", "htmx:afterRequest"]) {
  document.addEventListener(type, () => notes().length && raise());
}
