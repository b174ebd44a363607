// A file input that takes files dropped on it and says which one was chosen.
import { on } from "./delegate.js";

const UNITS = ["bytes", "KB", "MB", "GB"];

function size(bytes) {
  const power = bytes ? Math.min(Math.floor(Math.log10(bytes) / 3), UNITS.length - 1) : 0;
  return `${(bytes / 1000 ** power).toFixed(power ? 1 : 0)} ${UNITS[power]}`;
}

on("change", ".file-drop input", (input) => {
  const [file] = input.files;
  const drop = input.closest(".file-drop");
  drop.classList.remove("is-over");
  drop.querySelector("[data-file-chosen]").textContent = file ? `${file.name} · ${size(file.size)}` : "";
});
on("dragover", ".file-drop", (drop) => drop.classList.add("is-over"));
on("dragleave", ".file-drop", (drop) => drop.classList.remove("is-over"));
