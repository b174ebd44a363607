// <input type="radio" data-theme-choice value="system|light|dark">
import { each } from "./delegate.js";

const system = matchMedia("(prefers-color-scheme: dark)");
const chosen = () => localStorage.getItem("theme") || "system";

function apply() {
  const theme = chosen() === "system" ? (system.matches ? "dark" : "light") : chosen();
  document.documentElement.dataset.bsTheme = theme;
}

function choose(choice) {
  if (choice === "system") localStorage.removeItem("theme");
  else localStorage.setItem("theme", choice);
  apply();
}

each("[data-theme-choice]", (radio) => {
  radio.checked = radio.value === chosen();
  radio.addEventListener("change", () => choose(radio.value));
});
system.addEventListener("change", apply);
