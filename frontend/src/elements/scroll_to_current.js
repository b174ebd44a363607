// Menus, tabs and steps that scroll sideways on a phone show the current entry, not the first one.
for (const current of document.querySelectorAll(".settings-nav [aria-current], .tabs [aria-current], .steps [aria-current]")) {
  const row = current.closest(".settings-nav, .tabs, .steps");
  if (row.scrollWidth <= row.clientWidth) continue;
  const box = current.getBoundingClientRect();
  const frame = row.getBoundingClientRect();
  row.scrollLeft += box.left - frame.left - (frame.width - box.width) / 2;
}
