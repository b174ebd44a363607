// <code-editor> wraps a server-rendered <textarea> that works without scripts and is sent with its form. The editor
// itself is a chunk of its own, loaded only where there is one.
// Attributes: language (json, xml, text), line (one line), label, size=small. Under [data-read-only] its text can be read and
// copied, not changed: a fieldset disables what it holds, but no editor. Variables to complete come from the JSON script
// #template-variables: [{"path", "type", "example"}], or from its data-variables, which an htmx answer can replace.
import { on } from "./delegate.js";
import { formatJson } from "./json_format.js";
import { moveSelection } from "./move_words.js";

const nonce = document.querySelector('meta[name="csp-nonce"]')?.content;
const variables = () => {
  const place = document.getElementById("template-variables");
  return JSON.parse(place?.dataset.variables || place?.textContent || "[]");
};
const quiet = () => new Promise((resolve) => (window.requestIdleCallback || setTimeout)(resolve, { timeout: 1500 }));

class CodeEditor extends HTMLElement {
  static observedAttributes = ["label", "language"];

  async connectedCallback() {
    if (this.starting) return;
    this.starting = true;
    if (this.hasAttribute("line")) await quiet(); // the body first, the small ones when the page is quiet
    const { createEditor } = await import("../editor/editor.js");
    if (this.isConnected) this.start(createEditor);
  }

  start(createEditor) {
    this.area = this.querySelector("textarea");
    const focused = document.activeElement === this.area;
    const label = this.takeOver();
    const readOnly = Boolean(this.closest("[data-read-only]"));
    this.editor = createEditor({
      parent: this,
      text: this.area.value,
      language: this.getAttribute("language") || "text",
      line: this.hasAttribute("line"),
      placeholder: this.area.placeholder,
      label,
      readOnly,
      variables,
      nonce,
      change: (text) => this.write(text),
      move: !readOnly && this.closest("[data-words]") ? (selection) => moveSelection(this, selection) : null,
    });
    this.area.form?.addEventListener("reset", () => this.editor.set(this.area.defaultValue));
    if (focused) this.editor.focus();
  }

  // The textarea stays in the form but out of sight: its id and its label move to the editor.
  takeOver() {
    const { id } = this.area;
    const label = id && document.querySelector(`label[for="${CSS.escape(id)}"]`);
    this.area.hidden = true;
    this.area.removeAttribute("aria-label");
    this.area.removeAttribute("id");
    if (id) this.id = id;
    if (label) {
      label.removeAttribute("for");
      label.id ||= `${id}-label`;
      label.addEventListener("click", () => this.focus());
      return { "aria-labelledby": label.id };
    }
    return { "aria-label": this.getAttribute("label") };
  }

  write(text) {
    this.area.value = text;
    this.area.dispatchEvent(new Event("input", { bubbles: true }));
  }

  attributeChangedCallback(name, before, now) {
    if (!this.editor || before === now) return;
    if (name === "label") this.editor.label({ "aria-label": now });
    else this.editor.language(now);
  }

  disconnectedCallback() {
    this.editor?.destroy();
  }

  get value() { return this.querySelector("textarea").value; }
  set value(text) { this.editor ? this.editor.set(text) : (this.querySelector("textarea").value = text); }
  focus() { this.editor ? this.editor.focus() : this.querySelector("textarea").focus(); }
  insert(text) { this.editor ? this.editor.insert(text) : this.querySelector("textarea").setRangeText(text); }
  fix(change) { this.editor?.fix(change); }
  replace(change) { return this.editor?.replace(change) ?? false; }
  showProblems(items) {
    this.classList.toggle("is-invalid", items.some((item) => item.severity === "error"));
    this.editor?.problems(items);
  }
}
customElements.define("code-editor", CodeEditor);

// data-insert="first_name" puts {{ first_name }} where the cursor is, in the editor or field data-into names, or the last one used.
let last = null;
on("focusin", "code-editor, textarea, input", (field) => {
  if (!field.closest("[data-insert-ignore]")) last = field.closest("code-editor") || field;
});
on("click", "[data-insert]", (button) => {
  const field = button.dataset.into ? document.querySelector(button.dataset.into) : last;
  const text = `{{ ${button.dataset.insert} }}`;
  if (!field) return;
  if (field.insert) return field.insert(text);
  field.setRangeText(text, field.selectionStart, field.selectionEnd, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
});
// data-format="#id" lays JSON out neatly, also with values in {{ }}; what isn't JSON is left alone.
on("click", "[data-format]", (button) => {
  const editor = document.querySelector(button.dataset.format);
  try {
    editor.value = formatJson(editor.value);
  } catch {
    const message = "This can't be formatted: it isn't JSON, or it has {% %} in it.";
    document.dispatchEvent(new CustomEvent("toast", { detail: { message, tone: "warn" } }));
  }
});
