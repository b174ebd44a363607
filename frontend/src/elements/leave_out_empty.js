// The address of a list names the filters that are set, and leaves out those that are empty.
document.addEventListener("formdata", (event) => {
  const form = event.target;
  if (form.getAttribute("method") !== "get" || form.getAttribute("role") !== "search") return;
  const filters = event.formData;
  for (const [name, value] of [...filters]) if (value === "") filters.delete(name);
  // A bare address opens the list with the person's default view.
  if ([...filters].length === 0 && document.querySelector(".saved-views")) filters.set("view", "all");
});
