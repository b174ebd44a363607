// A form is sent once: its button turns until the answer is there, and a second click does nothing.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method === "dialog" || form.hasAttribute("hx-post")) return;
  if (form.classList.contains("is-busy")) event.preventDefault();
  form.classList.add("is-busy");
});
// Coming back with the browser's Back button shows the page as it was left: it must be usable again.
addEventListener("pageshow", () => document.querySelectorAll("form.is-busy").forEach((form) => form.classList.remove("is-busy")));
