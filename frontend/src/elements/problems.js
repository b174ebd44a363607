// Problems found by the server while typing, sent with HX-Trigger: {"problems": {"items": [{"field", "message",
// "line", "column", "severity", "fix"}]}}. Each is written under its field ([data-problem-for]); editors mark the line too.
import { icon } from "./delegate.js";

function write(place, problem) {
  const isWarning = problem?.severity === "warning";
  place.hidden = !problem;
  place.classList.toggle("field-warning", isWarning);
  place.querySelector(".icon")?.replaceWith(icon(isWarning ? "alert-triangle" : "alert-circle"));
  const words = place.querySelector("span");
  if (words) words.textContent = problem ? problem.message : "";
  offerFix(place, problem?.fix);
}

function offerFix(place, fix) {
  place.querySelector("button")?.remove();
  if (!fix || place.closest("[data-read-only]")) return;
  const button = Object.assign(document.createElement("button"), { type: "button", className: "btn-link", textContent: fix.label });
  button.addEventListener("click", () => {
    const field = document.getElementById(place.dataset.problemFor);
    if (fix.message === undefined) field?.fix?.(fix);
    else document.dispatchEvent(new CustomEvent("move-words", { detail: { field, fix } }));
  });
  place.append(button);
}

function mark(place, items) {
  const first = items.find((item) => item.severity === "error") || items[0];
  write(place, first);
  const field = document.getElementById(place.dataset.problemFor);
  if (!field) return;
  if (field.matches("code-editor")) field.showProblems(items);
  else field.setAttribute("aria-invalid", String(first?.severity === "error"));
}

document.addEventListener("problems", (event) => {
  const { items } = event.detail;
  for (const place of document.querySelectorAll("[data-problem-for]")) {
    mark(place, items.filter((item) => item.field === place.dataset.problemFor));
  }
});
