// Asks before a form is sent or htmx sends: <form data-confirm="Pause this run?" data-confirm-button="Pause run">,
// or hx-confirm="…" with the same data-confirm-button. Uses the page's one #confirm dialog.
import { on } from "./delegate.js";
import { openDialog } from "./dialog.js";

function ask(question, button, opener) {
  const dialog = document.getElementById("confirm");
  dialog.querySelector("[data-confirm-question]").textContent = question;
  const yes = dialog.querySelector("[data-confirm-yes]");
  yes.textContent = button || "Continue";
  openDialog(dialog, opener);
  return new Promise((resolve) => {
    let agreed = false;
    yes.onclick = () => {
      agreed = true;
      dialog.close();
    };
    dialog.addEventListener("close", () => resolve(agreed), { once: true });
  });
}

// The part of the page that holds the form may have been fetched anew meanwhile. What is sent is what was agreed to, and
// the server says whether that still can be done.
function attach(form) {
  if (form.isConnected) return;
  form.hidden = true;
  document.body.append(form);
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.dataset.confirm || form.dataset.confirmed) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const submitter = event.submitter;
  if (!(await ask(form.dataset.confirm, form.dataset.confirmButton, submitter))) return;
  attach(form);
  form.dataset.confirmed = "yes";
  form.requestSubmit(submitter);
  delete form.dataset.confirmed;
}, true);

on("htmx:confirm", "[hx-confirm]", async (element, event) => {
  if (!event.detail.question) return;
  event.preventDefault();
  if (await ask(event.detail.question, element.dataset.confirmButton, element)) event.detail.issueRequest(true);
});
