// ⌘K: type to narrow the options, arrows to move, Enter to go. Options that the server found are shown as they come.
import { on } from "./delegate.js";

const palette = () => document.getElementById("palette");
const options = () => [...palette().querySelectorAll("[role=option]")];
const shown = () => options().filter((option) => !option.hidden);

function choose(option) {
  const input = palette().querySelector("[data-palette]");
  options().forEach((other, index) => {
    other.id ||= `palette-option-${index}`;
    other.setAttribute("aria-selected", String(other === option));
  });
  if (option) input.setAttribute("aria-activedescendant", option.id);
  else input.removeAttribute("aria-activedescendant");
  option?.scrollIntoView({ block: "nearest" });
  palette().querySelector(".palette-none").hidden = Boolean(option);
}

function narrow(input) {
  const words = input.value.toLowerCase().split(/\s+/);
  for (const option of options()) {
    if (option.closest("#palette-found")) continue;
    const text = option.textContent.toLowerCase();
    option.hidden = !words.every((word) => text.includes(word));
  }
  choose(shown()[0]);
}

function move(step) {
  const all = shown();
  const at = all.findIndex((option) => option.getAttribute("aria-selected") === "true");
  choose(all[(at + step + all.length) % all.length]);
}

on("focusin", "[data-palette]", (input) => {
  input.select();
  narrow(input);
});
on("input", "[data-palette]", narrow);
on("keydown", "[data-palette]", (input, event) => {
  const steps = { ArrowDown: 1, ArrowUp: -1 };
  if (steps[event.key]) {
    event.preventDefault();
    move(steps[event.key]);
  } else if (event.key === "Enter") {
    event.preventDefault();
    palette().querySelector("[aria-selected=true]")?.click();
  }
});
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.id === "palette-found") choose(shown()[0]);
});
