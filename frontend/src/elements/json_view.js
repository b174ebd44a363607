// Colours the JSON in <pre data-language="json"> without an editor: a log page shows many of them.
import { each } from "./delegate.js";

const LIMIT = 100_000;
const TOKEN = /("(?:\\.|[^"\\])*")(\s*:)?|\b(?:true|false|null)\b|-?\b\d+(?:\.\d+)?(?:[eE][+-]?\d+)?\b/g;

function span(kind, text) {
  const element = document.createElement("span");
  element.className = `code-${kind}`;
  element.textContent = text;
  return element;
}

export function colour(pre) {
  const text = pre.textContent;
  if (text.length > LIMIT) return;
  const parts = [];
  let at = 0;
  for (const match of text.matchAll(TOKEN)) {
    parts.push(text.slice(at, match.index));
    if (match[2] !== undefined) parts.push(span("key", match[1]), match[2]);
    else parts.push(span(match[1] ? "string" : "number", match[0]));
    at = match.index + match[0].length;
  }
  pre.replaceChildren(...parts, text.slice(at));
}

each("pre[data-language=json]", colour);
