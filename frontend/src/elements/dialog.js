// data-dialog-open="#id" opens a <dialog>, data-dialog-close closes the one around it. Focus returns to the opener.
// <dialog data-dialog-now> opens as soon as it is in the page and leaves it when it closes, unless a button there opens it
// again; data-close-href puts that address back when it closes.
import { each, on } from "./delegate.js";

const openers = new WeakMap();

// The item of a menu is gone once the menu has closed: its button is what people come back to.
const lasting = (element) => element?.closest(".dropdown-menu")?.parentElement.querySelector("[data-bs-toggle]") || element;

// A dialog that the server sends was asked for by an element that may have lost the focus meanwhile, with its menu.
let asker = null;
document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  if (detail.elt.matches("a, button, input")) asker = detail.elt;
});
const lastUsed = () => (document.activeElement === document.body && asker?.isConnected ? asker : document.activeElement);

export function openDialog(dialog, opener = lastUsed()) {
  if (dialog.open) return;
  openers.set(dialog, lasting(opener));
  dialog.showModal();
  dialog.querySelector("[data-first-focus]")?.focus();
}

const buttonOf = (dialog) => document.querySelector(`[data-dialog-open="#${dialog.id}"]`);

// The browser tells of the closing a frame later: who went on to something else by then stays there.
function returnFocus(dialog) {
  const opener = openers.get(dialog);
  const now = document.activeElement;
  const wentOn = now !== document.body && !dialog.contains(now) && lasting(now) !== opener;
  if (opener?.isConnected && !wentOn) opener.focus();
}

function onClose(dialog) {
  const { closeHref, dialogNow } = dialog.dataset;
  if (closeHref) history.pushState({}, "", closeHref);
  returnFocus(dialog);
  if (dialogNow !== undefined && !buttonOf(dialog)) dialog.remove();
}

const isOutside = (dialog, event) => {
  const box = dialog.getBoundingClientRect();
  return event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom;
};

on("click", "[data-dialog-open]", (button) => openDialog(document.querySelector(button.dataset.dialogOpen), button));
on("click", "[data-dialog-close]", (button) => button.closest("dialog").close());
on("mousedown", "dialog", (dialog, event) => {
  if (event.target === dialog && isOutside(dialog, event)) dialog.close();
});
each("dialog", (dialog) => {
  dialog.addEventListener("close", () => onClose(dialog));
  if (dialog.dataset.dialogNow !== undefined) openDialog(dialog, buttonOf(dialog) ?? lastUsed());
});

// data-typed="acme": the button that submits stays off until exactly that is typed.
on("input", "[data-typed]", (input) => {
  input.form.querySelector("[type=submit]").disabled = input.value.trim() !== input.dataset.typed;
});
