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

const valueOf = (row) => row.querySelector("code-editor") || row.querySelector("[name$='.value']");
const part = (row, name) => row.querySelector(`[name$='.${name}']`);

function readRow(row) {
  return {
    name: part(row, "name").value,
    value: valueOf(row).value,
    enabled: part(row, "enabled").checked,
    type: part(row, "type")?.value || "text",
  };
}

// What the rows say, in order; rows with nothing in them are left out.
export const readRows = (group) => rowsOf(group).map(readRow).filter(({ name, value }) => name || value);

function writeRow(row, { name, value, enabled, type }) {
  if (part(row, "name").value !== name) part(row, "name").value = name;
  if (valueOf(row).value !== value) valueOf(row).value = value;
  part(row, "enabled").checked = enabled;
  row.classList.toggle("is-off", !enabled);
  if (part(row, "type") && type) part(row, "type").value = type;
}

const differ = (before, now) => JSON.stringify(before) !== JSON.stringify(now);

// Makes the rows say this and nothing else; rows that stay keep their editors. A change event follows if they differ.
export function writeRows(group, wanted) {
  const before = readRows(group);
  const rows = rowsOf(group);
  for (const extra of rows.slice(wanted.length, -1)) extra.remove();
  wanted.forEach((row, index) => {
    if (rowsOf(group)[index].classList.contains("is-blank")) grow(group, rowsOf(group)[index]);
    writeRow(rowsOf(group)[index], row);
  });
  rowsOf(group).forEach((row, index) => number(row, group.dataset.rows, index));
  if (differ(before, readRows(group))) group.dispatchEvent(new Event("change", { bubbles: true }));
}

export const addRows = (group, added) => writeRows(group, [...readRows(group), ...added]);

on("input", "[data-rows] .rows-row", (row, event) => {
  if (event.target.type !== "checkbox") grow(row.parentElement, row);
});
on("change", "[data-rows] input[type=checkbox]", (box) => {
  box.closest(".rows-row").classList.toggle("is-off", !box.checked);
});
on("click", "[data-row-remove]", (button) => remove(button.closest("[data-rows]"), button.closest(".rows-row")));
