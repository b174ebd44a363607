// <form data-autosave="/url">: saves by itself a moment after the last change, one save at a time, and says so in
// [data-save-status]. The answer may carry out-of-band swaps (a new version number) and HX-Trigger events.
// 409 means somebody else saved first: nothing is overwritten, and the person is told to reload and can copy their own text.
import { each, icon, on } from "./delegate.js";
import { textOf } from "./form_text.js";
import { signedOut, wordsFor } from "./server_errors.js";

const QUIET_MS = 700;

class Autosave {
  constructor(form) {
    this.form = form;
    this.dirty = this.saving = this.stopped = this.hasFailed = false;
    this.leave = null; // what was asked for and waits for the save
    form.addEventListener("input", () => this.touch());
    form.addEventListener("change", () => this.touch());
    form.addEventListener("htmx:afterRequest", (event) => this.finish(event));
    addEventListener("beforeunload", (event) => this.dirty && event.preventDefault());
  }

  touch() {
    if (this.stopped) return;
    this.dirty = true;
    this.show("saving", "Saving…");
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), QUIET_MS);
  }

  save() {
    clearTimeout(this.timer);
    if (this.saving || !this.dirty) return;
    this.saving = true;
    this.dirty = false;
    this.show("saving", "Saving…");
    htmx.ajax("POST", this.form.dataset.autosave, { source: this.form, swap: "none" });
  }

  finish(event) {
    if (event.detail.elt !== this.form || !this.saving) return;
    this.saving = false;
    const { xhr } = event.detail;
    if (event.detail.successful && !signedOut(xhr)) this.saved();
    else this.failed(xhr);
  }

  saved() {
    this.hasFailed = false;
    if (this.dirty) return this.touch();
    this.show("saved", "Saved", "check");
    this.form.dispatchEvent(new CustomEvent("autosave:saved", { bubbles: true }));
    this.leave?.();
    this.leave = null;
  }

  // What was to follow is off: whoever mends the mistake isn't taken away by a press of before.
  failed(xhr) {
    this.leave = null;
    this.dirty = this.hasFailed = true;
    this.stopped = xhr.status === 409;
    const status = this.show("failed", `Couldn't save: ${wordsFor(xhr)}`, "alert-triangle");
    if (!status) return;
    if (this.stopped) status.append(this.copyButton(), this.button("Reload", () => this.reload()));
    else status.append(this.button("Retry", () => this.save()));
  }

  button(text, act) {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "btn-link", textContent: text });
    button.addEventListener("click", act);
    return button;
  }

  // As it is when it is pressed: what is typed after the refusal belongs to it, too.
  copyButton() {
    const button = this.button("Copy my version", () => (button.dataset.copy = textOf(this.form)));
    button.dataset.copy = "";
    return button;
  }

  reload() {
    this.dirty = false;
    location.reload();
  }

  show(state, text, iconName) {
    const status = document.querySelector("[data-save-status]");
    if (!status || (status.dataset.state === state && state === "saving")) return status;
    status.dataset.state = state;
    status.replaceChildren(...(iconName ? [icon(iconName)] : []), document.createTextNode(text));
    return status;
  }
}

const savers = new WeakMap();
each("form[data-autosave]", (form) => savers.set(form, new Autosave(form)));

const onPage = () => savers.get(document.querySelector("form[data-autosave]"));

// Leaving saves first, so that nothing typed a moment ago is lost. After a save that failed the browser asks instead.
function leaveAfterSaving(event, leave) {
  const saver = onPage();
  if (!saver || saver.hasFailed || !(saver.dirty || saver.saving)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  saver.leave = leave;
  saver.save();
}

on("click", "a[href]", (link, event) => {
  const elsewhere = link.target || link.hash || link.hasAttribute("hx-get") || event.metaKey || event.ctrlKey;
  if (!elsewhere) leaveAfterSaving(event, () => (location.href = link.href));
});
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (savers.has(form)) savers.get(form).dirty = false; // sent as a whole
  else if (form.method !== "dialog" && !form.hasAttribute("hx-post")) leaveAfterSaving(event, () => form.requestSubmit(event.submitter));
}, true);
document.addEventListener("keydown", (event) => {
  if ((event.metaKey || event.ctrlKey) && event.key === "s" && onPage()) {
    event.preventDefault();
    onPage().save();
  }
});
