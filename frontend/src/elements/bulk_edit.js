// Bulk edit of key/value rows: the switch turns them into one text area and back (row_lines.js says how they are
// written). While the text is edited, the rows behind it follow each line that can be read, so that saving, problems
// and preview go on. Several lines pasted into a row are offered as rows.
import { icon, on } from "./delegate.js";
import { addRows, readRows, writeRows } from "./rows.js";
import { rowsFromText, rowsInClipboard, rowsToText } from "./row_lines.js";

const PAUSE_MS = 250;
const timers = new WeakMap();

const partsOf = (element) => {
  const block = element.closest("[data-bulk]");
  const part = (selector) => block.querySelector(selector);
  return { block, group: part("[data-rows]"), text: part("[data-bulk-text]"), list: part("[data-bulk-problems]"), toggle: part("[data-bulk-switch]") };
};

// Types count only while their column is shown.
const isTyped = (group) => Boolean(group.querySelector(":scope > .rows-row:not(.rows-head) .rows-type:not([hidden])"));

function showProblems(list, problems) {
  list.hidden = !problems.length;
  const items = problems.map(({ message }) => {
    const item = document.createElement("li");
    item.className = "problem problem-error";
    const words = document.createElement("span");
    words.textContent = message;
    item.append(icon("alert-triangle"), words);
    return item;
  });
  list.replaceChildren(...items);
}

function take({ group, text, list }) {
  clearTimeout(timers.get(text));
  const { rows, problems } = rowsFromText(text.value, isTyped(group));
  showProblems(list, problems);
  text.setAttribute("aria-invalid", String(problems.length > 0));
  writeRows(group, rows);
  return problems;
}

function selectLine(area, line) {
  const before = area.value.split("\n").slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
  area.focus();
  area.setSelectionRange(before, before + area.value.split("\n")[line - 1].length);
}

function show(parts, asText) {
  parts.group.hidden = asText;
  parts.text.parentElement.hidden = !asText;
}

function open(parts) {
  parts.text.value = rowsToText(readRows(parts.group), isTyped(parts.group));
  showProblems(parts.list, []);
  show(parts, true);
  parts.text.focus();
}

// With a line that can't be read the text stays, at that line: going back would lose it.
function close(parts) {
  const [problem] = take(parts);
  if (problem) {
    parts.toggle.checked = true;
    selectLine(parts.text, problem.line);
    return;
  }
  show(parts, false);
}

function offer({ block, group }, rows) {
  block.querySelector("[data-bulk-offer]")?.remove();
  const place = Object.assign(document.createElement("div"), { className: "rows-offer" });
  place.dataset.bulkOffer = "";
  place.setAttribute("role", "status");
  place.append(`That reads like ${rows.length} rows. `);
  const button = (words, run) => {
    const made = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-sm", textContent: words });
    made.addEventListener("click", () => {
      place.remove();
      run?.();
    });
    return made;
  };
  const add = button(`Add ${rows.length} rows`, () => addRows(group, rows));
  place.append(add, button("Not now"));
  group.before(place);
  add.focus();
}

// A link to a row that is shown as text brings the rows back.
document.addEventListener("field-wanted", ({ detail: { field } }) => {
  if (!field.closest("[data-bulk] [data-rows][hidden]")) return;
  const parts = partsOf(field);
  parts.toggle.checked = false;
  close(parts);
});

on("change", "[data-bulk-switch]", (toggle) => (toggle.checked ? open : close)(partsOf(toggle)));
on("input", "[data-bulk-text]", (text) => {
  clearTimeout(timers.get(text));
  timers.set(text, setTimeout(() => take(partsOf(text)), PAUSE_MS));
});
on("change", "[data-bulk-text]", (text) => take(partsOf(text)));
// Before the editor in the row takes it.
on(
  "paste",
  "[data-bulk] .rows-row",
  (row, event) => {
    if (row.closest("[data-read-only]")) return;
    const parts = partsOf(row);
    const rows = rowsInClipboard(event.clipboardData?.getData("text/plain") || "", isTyped(parts.group));
    if (!rows) return;
    event.preventDefault();
    event.stopPropagation();
    offer(parts, rows);
  },
  true,
);
