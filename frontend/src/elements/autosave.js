// <form data-autosave="/url">: saves by itself a moment after the last change, one save at a time, and says so in
// [data-save-status]. The answer may carry out-of-band swaps (a new version number) and HX-Trigger events.
// 409 means somebody else saved first: nothing is overwritten and the person is told to reload.
import { each, icon, on } from "./delegate.js";
import { wordsFor } from "./server_errors.js";

const QUIET_MS = 700;

class Autosave {
  constructor(form) {
    this.form = form;
    this.dirty = this.saving = this.stopped = false;
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
    if (event.detail.successful) this.saved();
    else this.failed(xhr);
  }

  saved() {
    if (this.dirty) return this.touch();
    this.show("saved", "Saved", "check");
    this.form.dispatchEvent(new CustomEvent("autosave:saved", { bubbles: true }));
  }

  failed(xhr) {
    this.dirty = true;
    this.stopped = xhr.status === 409;
    const status = this.show("failed", `Couldn't save: ${wordsFor(xhr)}`, "alert-triangle");
    if (status) status.append(this.stopped ? this.button("Reload", "reload") : this.button("Retry", "retry"));
  }

  button(text, action) {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "btn-link", textContent: text });
    button.addEventListener("click", () => (action === "retry" ? this.save() : this.reload()));
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

// Leaving for another step of the same form saves first, so that nothing typed a moment ago is lost.
on("click", "a[href]", (link, event) => {
  const saver = savers.get(document.querySelector("form[data-autosave]"));
  if (!saver?.dirty || saver.stopped || link.target || link.hash || event.metaKey || event.ctrlKey) return;
  event.preventDefault();
  saver.form.addEventListener("autosave:saved", () => (location.href = link.href), { once: true });
  saver.save();
});
document.addEventListener("keydown", (event) => {
  if ((event.metaKey || event.ctrlKey) && event.key === "s" && document.querySelector("form[data-autosave]")) {
    event.preventDefault();
    savers.get(document.querySelector("form[data-autosave]")).save();
  }
});
