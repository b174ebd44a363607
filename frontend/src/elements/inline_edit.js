// <form data-inline-edit> stands where a text stood: its field has the focus, Enter sends it, Escape presses
// [data-inline-cancel]. What comes back takes the focus with data-focus-now.
import { each, on } from "./delegate.js";

each("[data-inline-edit]", (form) => {
  const field = form.querySelector("input:not([type=hidden])");
  field.focus();
  field.select();
});
each("[data-focus-now]", (element) => element.focus());
on("keydown", "[data-inline-edit]", (form, event) => {
  if (event.key !== "Escape") return;
  event.preventDefault();
  form.querySelector("[data-inline-cancel]").click();
});
