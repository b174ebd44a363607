// Moves words for people out of the request into the message text, and puts {{ message }} in their place: from a
// problem's button, or from a selection in an editor under [data-words]. One click takes it back.
import { languageOf } from "./body_language.js";
import { toast } from "./toasts.js";

const PLACE = "{{ message }}";
const TARGET = "message_text";
const TAGS = /(\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\})/s;

const decoders = {
  json(text) {
    try {
      return JSON.parse(`"${text}"`);
    } catch {
      return text;
    }
  },
  xml: (text) => new DOMParser().parseFromString(text.replace(/</g, "&lt;"), "text/html").documentElement.textContent,
  text: (text) => text,
};

// Rows hold plain values, a raw body says by its content type in which language it is written.
function decoderOf(field) {
  const type = field.id === "body.text" && field.closest("form")?.elements["body.content_type"]?.value;
  return decoders[languageOf(type || "")];
}

// Tags stay as they are: a message text is personalised, too.
function wordsOf(source, field) {
  const decode = decoderOf(field);
  return source.split(TAGS).map((piece) => (TAGS.test(piece) ? piece : decode(piece))).join("");
}

function move(field, change, text) {
  const target = document.getElementById(TARGET);
  if (!target) return;
  if (target.value.trim()) {
    toast("Message text has words already. Put these there by hand, or clear it first.", "warn");
    target.focus();
    return;
  }
  const before = field.value;
  if (!field.replace(change)) return;
  target.value = text;
  tell(field);
  const after = field.value;
  toast("Moved to Message text", "ok", { action: { label: "Undo", run: () => takeBack({ field, target, before, after, text }) } });
}

function takeBack({ field, target, before, after, text }) {
  if (field.value !== after || target.value !== text) {
    toast("This was changed since, so it wasn't taken back. Ctrl+Z in the editor takes back step by step.", "warn");
    return;
  }
  field.value = before;
  target.value = "";
  tell(field);
}

const tell = (field) => field.dispatchEvent(new Event("change", { bubbles: true }));

document.addEventListener("move-words", ({ detail: { field, fix } }) => {
  if (field?.replace) move(field, fix, fix.message);
});

// Quotes at both ends belong to the request, not to the words.
export function moveSelection(field, { from, source }) {
  const quoted = /^"([\s\S]*)"$/.exec(source);
  const words = quoted ? quoted[1] : source;
  move(field, { from: from + (quoted ? 1 : 0), path: words, insert: PLACE }, wordsOf(words, field).trim());
}
