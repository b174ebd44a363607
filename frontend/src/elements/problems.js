// Problems found by the server while typing, sent with HX-Trigger: {"problems": {"items": [{"field", "message",
// "line", "column", "severity"}]}}. Each is written under its field ([data-problem-for]); editors mark the line too.
function mark(place, items) {
  const [first] = items;
  place.hidden = !first;
  const words = place.querySelector("span");
  if (words) words.textContent = first ? first.message : "";
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
