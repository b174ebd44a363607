// <form data-choose-rows id="bulk" hidden> acts on the rows whose checkbox (form="bulk") is on. It shows once there is
// one, with the number in [data-chosen-count]. [data-choose-all], [data-choose-page]: all on the page.
// [data-choose-matching] sets the field `scope` to "all": every row that the filters match, also on other pages.
import { on } from "./delegate.js";

const form = () => document.querySelector("[data-choose-rows]");
const boxes = () => [...document.querySelectorAll("[data-choose-row]")];
const whole = new Intl.NumberFormat("en");

function show() {
  const bar = form();
  const chosen = boxes().filter((box) => box.checked).length;
  const all = bar.elements.scope.value === "all";
  bar.hidden = !chosen;
  bar.querySelector("[data-chosen-count]").textContent = whole.format(all ? bar.dataset.matching : chosen);
  const matching = bar.querySelector("[data-choose-matching]");
  if (matching) matching.hidden = all || chosen < boxes().length;
  const page = bar.querySelector("[data-choose-page]");
  if (page) page.hidden = chosen === boxes().length;
  const head = document.querySelector("[data-choose-all]");
  head.checked = chosen > 0 && chosen === boxes().length;
  head.indeterminate = chosen > 0 && !head.checked;
}

function choose(on) {
  for (const box of boxes()) box.checked = on;
  form().elements.scope.value = "";
  show();
}

on("change", "[data-choose-all]", (head) => choose(head.checked));
on("change", "[data-choose-row]", () => {
  form().elements.scope.value = "";
  show();
});
on("click", "[data-choose-page]", () => choose(true));
on("click", "[data-choose-none]", () => choose(false));
on("click", "[data-choose-matching]", () => {
  form().elements.scope.value = "all";
  show();
});
// Back in the browser's history, boxes are on again without an event.
addEventListener("pageshow", () => form() && show());
