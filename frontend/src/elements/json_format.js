// Lays JSON out neatly without changing a token of it: numbers and escapes stay as they are written, and so do values in
// {{ }}. Throws for text that isn't JSON, or has {% %} in it: then what is text and what is a tag can't be told.
const TOKENS = /"(?:\{\{[\s\S]*?\}\}|\\.|[^"\\])*"|\{\{[\s\S]*?\}\}|[{}[\],:]|[^\s{}[\],:"]+/g;
const TAG = /\{\{[\s\S]*?\}\}/g;

// Tags count as a text or a part of one.
function check(text) {
  if (/\{[%#]/.test(text)) throw new Error("tags");
  JSON.parse(text.match(TOKENS).map((token) => (token.startsWith("{{") ? "0" : token.replace(TAG, "0"))).join(" "));
}

function layOut(tokens) {
  let written = "";
  let depth = 0;
  const line = () => `\n${"  ".repeat(depth)}`;
  tokens.forEach((token, index) => {
    const isEmpty = (token === "{" && tokens[index + 1] === "}") || (token === "[" && tokens[index + 1] === "]");
    const closesEmpty = (token === "}" && tokens[index - 1] === "{") || (token === "]" && tokens[index - 1] === "[");
    if ("{[".includes(token)) written += isEmpty ? token : ((depth += 1), token + line());
    else if ("}]".includes(token)) written += closesEmpty ? token : ((depth -= 1), line() + token);
    else if (token === ",") written += token + line();
    else written += token === ":" ? ": " : token;
  });
  return written;
}

export function formatJson(text) {
  check(text);
  return layOut(text.match(TOKENS));
}
