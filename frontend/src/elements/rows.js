// Key/value rows (.rows): the last row is blank; typing in it adds the next. Fields are named <name>.<index>.<part>, and
// stay numbered without gaps so that a problem's field id always points at the row it was found in.
import { on } from "./delegate.js";
import { update } from "./show_when.js";

const ATTRIBUTES = ["name", "id", "aria-label", "label", "data-problem-for"];

const rowsOf = (group) => [...group.querySelectorAll(":scope > .rows-row:not(.rows-head)")];

function number(row, name, index) {
  for (const element of [row, ...row.querySelectorAll("*")]) {
    for (const attribute of ATTRIBUTES) {
      const value = element.getAttribute(attribute);
      if (!value) continue;
      const renamed = value.startsWith(`${name}.`)
        ? value.replace(/\.(\d+|__index__)\./, `.${index}.`)
        : value.replace(/\b(\d+|__number__)\b/, index + 1);
      if (renamed !== value) element.setAttribute(attribute, renamed);
    }
  }
}

function addBlank(group) {
  const row = group.querySelector(":scope > template").content.firstElementChild.cloneNode(true);
  number(row, group.dataset.rows, rowsOf(group).length);
  group.append(row);
  row.querySelectorAll("[data-show-when]").forEach(update);
}

function grow(group, row) {
  if (!row.classList.contains("is-blank")) return;
  row.classList.remove("is-blank");
  addBlank(group);
}

function remove(group, row) {
  const rows = rowsOf(group);
  const next = rows[rows.indexOf(row) + 1];
  row.remove();
  rowsOf(group).forEach((each, index) => number(each, group.dataset.rows, index));
  next?.querySelector("input.form-control")?.focus();
  group.dispatchEvent(new Event("change", { bubbles: true }));
}

on("input", "[data-rows] .rows-row", (row, event) => {
  if (event.target.type !== "checkbox") grow(row.parentElement, row);
});
on("change", "[data-rows] input[type=checkbox]", (box) => {
  box.closest(".rows-row").classList.toggle("is-off", !box.checked);
});
on("click", "[data-row-remove]", (button) => remove(button.closest("[data-rows]"), button.closest(".rows-row")));
