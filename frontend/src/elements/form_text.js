// What a form holds as text for people: "Method: PUT", a field a line. Left out: what is hidden from them, off or empty.
const UNTOLD = ["hidden", "password", "submit", "button"];

const words = (element) => element?.textContent.replace(/\s+/g, " ").trim();

function labelOf(field) {
  const group = field.type === "radio" && field.closest("[role=radiogroup], fieldset");
  if (group) return group.getAttribute("aria-label") || words(group.querySelector("legend"));
  const editor = field.closest("code-editor");
  return editor?.getAttribute("label") || field.getAttribute("aria-label") || words(field.labels?.[0]) || field.name;
}

function valueOf(field) {
  if (field.type === "radio") return field.checked ? words(field.labels?.[0]) : "";
  if (field.type === "checkbox") return field.closest(".is-blank") ? "" : field.checked ? "yes" : "no";
  return field.matches("select") ? words(field.selectedOptions[0]) : field.value;
}

function lineOf(field) {
  const value = valueOf(field);
  return value && `${labelOf(field)}:${value.includes("\n") ? "\n" : " "}${value}`;
}

export function textOf(form) {
  const told = (field) => field.name && !UNTOLD.includes(field.type) && !field.matches(":disabled") && form.contains(field);
  return [...form.elements].filter(told).map(lineOf).filter(Boolean).join("\n");
}
