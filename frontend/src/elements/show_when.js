// data-show-when="kind=raw,form": shown only while the field named kind of the same form has one of these values;
// hidden fields are disabled, so they are not sent. data-show-when-keep sends them all the same.
import { each, on } from "./delegate.js";

function valueOf(form, name) {
  const field = form.elements[name];
  if (!field) return "";
  if (field.type === "checkbox") return field.checked ? field.value : "";
  return field.value;
}

// Also used for markup that a behaviour adds.
export function update(element) {
  const [name, values] = element.dataset.showWhen.split("=");
  const form = element.closest("form");
  const shown = values.split(",").includes(valueOf(form, name));
  element.hidden = !shown;
  if (element.dataset.showWhenKeep !== undefined) return;
  const off = !shown || Boolean(element.parentElement.closest("[data-show-when][hidden]"));
  if (element.matches("fieldset, input, select, textarea")) element.disabled = off;
  else element.querySelectorAll("input, select, textarea").forEach((field) => (field.disabled = off));
}

each("[data-show-when]", update);
on("change", "form", (form) => form.querySelectorAll("[data-show-when]").forEach(update));
