import "./elements/show_when_early.js";

// Runs before the first paint, so that a dark page never flashes white.
// localStorage.theme is "light", "dark" or absent (follow the system); elements/theme.js changes it.
const chosen = localStorage.getItem("theme");
const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
document.documentElement.dataset.bsTheme = chosen || system;
// Which name the modifier key has on this keyboard: elements/shortcuts.js and styles/base.css go by it.
document.documentElement.dataset.keys = /Mac|iPhone|iPad/.test(navigator.platform) ? "mac" : "other";
