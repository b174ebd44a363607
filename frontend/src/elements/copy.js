// data-copy="text" copies it; data-copy-from="#id" copies that element's text or value; data-copy-url fetches the text.
import { on } from "./delegate.js";
import { toast } from "./toasts.js";

const DONE_MS = 1500;

async function textOf(button) {
  const { copy, copyFrom, copyUrl } = button.dataset;
  if (copy !== undefined) return copy;
  if (copyUrl) {
    const answer = await fetch(copyUrl);
    if (!answer.ok) throw new Error(answer.statusText);
    return answer.text();
  }
  const source = document.querySelector(copyFrom);
  return source.value ?? source.textContent;
}

function showDone(button) {
  const use = button.querySelector("use");
  if (!use || button.classList.contains("is-copied")) return;
  const before = use.getAttribute("href");
  use.setAttribute("href", before.replace(/#.*/, "#check"));
  button.classList.add("is-copied");
  setTimeout(() => {
    use.setAttribute("href", before);
    button.classList.remove("is-copied");
  }, DONE_MS);
}

on("click", "[data-copy], [data-copy-from], [data-copy-url]", async (button) => {
  try {
    await navigator.clipboard.writeText(await textOf(button));
    showDone(button);
    document.getElementById("toasts-live").textContent = "Copied";
    if (button.closest(".dropdown-menu") || !button.querySelector("use")) toast("Copied to the clipboard", "ok");
  } catch {
    toast("The clipboard can't be reached. Select the text and copy it by hand.", "warn");
  }
});
