// data-show-when="kind=raw,form": shown only while the field named kind of the same form has one of these values;
// hidden fields are disabled, so they are not sent. data-show-when-keep sends them all the same.
import { each, on } from "./delegate.js";
import { isShown } from "./show_when_rule.js";

// Also used for markup that a behaviour adds.
export function update(element) {
  element.hidden = !isShown(element);
  if (element.dataset.showWhenKeep !== undefined) return;
  const off = element.hidden || Boolean(element.parentElement.closest("[data-show-when][hidden]"));
  if (element.matches("fieldset, input, select, textarea")) element.disabled = off;
  else element.querySelectorAll("input, select, textarea").forEach((field) => (field.disabled = off));
}

each("[data-show-when]", update);
on("change", "form", (form) => form.querySelectorAll("[data-show-when]").forEach(update));
