// <form data-save-first="settings">: what it does goes by what is stored, and would lose what is typed in the form with that
// id. While something is, its button is off, and its [data-save-first-hint] says why.
import { each } from "./delegate.js";

const filled = (form) => new URLSearchParams([...new FormData(form)].filter(([, value]) => value !== "")).toString();
const stored = new WeakMap();

// data-unsaved: it came back from the server with mistakes in it.
const isUnsaved = (form) => form.dataset.unsaved !== undefined || filled(form) !== stored.get(form);

function update(waiting, unsaved) {
  const hint = waiting.querySelector("[data-save-first-hint]");
  hint.hidden = !unsaved;
  for (const button of waiting.querySelectorAll("[type=submit]")) {
    if (unsaved) button.setAttribute("aria-disabled", "true");
    else button.removeAttribute("aria-disabled");
    button.setAttribute("aria-describedby", hint.id);
  }
}

function watch(form, waiting) {
  const look = () => update(waiting, isUnsaved(form));
  const heard = ({ target }) => {
    if (form.contains(target) || target.form === form) setTimeout(look); // after rows have grown
  };
  for (const type of ["input", "change"]) document.addEventListener(type, heard);
  look();
}

each("[data-save-first]", (waiting) => {
  const form = document.getElementById(waiting.dataset.saveFirst);
  if (!stored.has(form)) stored.set(form, filled(form));
  watch(form, waiting);
});

// Before anything else sees it: nothing is asked, and no button turns.
addEventListener("submit", (event) => {
  if (!event.target.querySelector("[type=submit][aria-disabled=true]")) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}, true);
