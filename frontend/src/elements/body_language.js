// <input data-language-for="body.text"> names the type of what the editor of that field holds: the editor colours it as
// that, and what is
// [data-only-language=json] is offered for JSON alone.
import { each, on } from "./delegate.js";

const KNOWN = [["json", /^(application|text)\/json$|\+json$/], ["xml", /^(application|text)\/xml$|\+xml$/]];

// The same rule as the server's, in templates_lib/rendering/headers.py.
export function languageOf(contentType) {
  const media = contentType.split(";")[0].trim().toLowerCase();
  return KNOWN.find(([, pattern]) => pattern.test(media))?.[0] || "text";
}

function update(type) {
  const field = type.form.elements[type.dataset.languageFor];
  const language = languageOf(type.value);
  field.closest("code-editor").setAttribute("language", language);
  for (const part of type.form.querySelectorAll("[data-only-language]")) part.hidden = part.dataset.onlyLanguage !== language;
}

on("input", "[data-language-for]", update);
each("[data-language-for]", update);
