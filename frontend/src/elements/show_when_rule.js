// What data-show-when="kind=raw,form" means: whether the field kind of the form has one of these values just now.
function valueOf(form, name) {
  const field = form?.elements[name];
  if (!field) return "";
  if (field.type === "checkbox") return field.checked ? field.value : "";
  return field.value;
}

export function isShown(element) {
  const [name, values] = element.dataset.showWhen.split("=");
  return values.split(",").includes(valueOf(element.closest("form"), name));
}
