// toast("Saved", "ok"). A server sends one with the header HX-Trigger: {"toast": {"message": "…", "tone": "ok"}}.
// Tones: ok, info, warn, bad. Errors stay until they are closed; the rest leaves after six seconds.
import { each, icon, on } from "./delegate.js";

const ICONS = { ok: "circle-check-filled", warn: "alert-triangle", bad: "alert-circle", info: "info-circle" };
const STAY_MS = 6000;

const region = () => document.getElementById("toasts");

// In the top layer, or an open dialog would cover the message.
function raise() {
  const element = region();
  if (element.matches(":popover-open")) element.hidePopover();
  element.popover = "manual";
  element.showPopover();
}

function leave(note) {
  note.remove();
  if (!region().children.length && region().matches(":popover-open")) region().hidePopover();
}

function leaveLater(note) {
  if (note.classList.contains("toast-bad")) return;
  const timer = setTimeout(() => leave(note), STAY_MS);
  const hold = () => clearTimeout(timer);
  note.addEventListener("pointerenter", hold);
  note.addEventListener("focusin", hold);
}

export function toast(message, tone = "info") {
  const note = document.createElement("div");
  note.className = `toast-note toast-${tone}`;
  const text = document.createElement("p");
  text.textContent = message;
  const close = document.createElement("button");
  close.type = "button";
  close.className = "btn btn-ghost btn-icon btn-sm";
  close.setAttribute("aria-label", "Close message");
  close.dataset.toastClose = "";
  close.append(icon("x"));
  note.append(icon(ICONS[tone] || ICONS.info), text, close);
  region().append(note);
}

each(".toast-note", (note) => watch(note));

function watch(note) {
  raise();
  document.getElementById("toasts-live").textContent = note.querySelector("p").textContent;
  leaveLater(note);
}

function watchRegion() {
  if (!region()) return;
  new MutationObserver((changes) => {
    for (const change of changes) for (const node of change.addedNodes) if (node.matches?.(".toast-note")) watch(node);
  }).observe(region(), { childList: true });
}

watchRegion();
on("click", "[data-toast-close]", (button) => leave(button.closest(".toast-note")));
document.addEventListener("toast", (event) => toast(event.detail.message ?? event.detail.value, event.detail.tone));
