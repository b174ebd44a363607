// Key/value rows as text, one a line, and back without losing anything:
//   name: value            # name: value   or   // name: value   is switched off
//   name (number): value   keeps the type of a JSON value; text needs none
//   an indented line goes on with the value above, for values of several lines
// In a name, \ before : # / ( \ makes it an ordinary character. Values are never escaped.
const TYPES = ["number", "boolean", "json"];
const OFF = /^\s*(?:#|\/\/) ?/;
const GOES_ON = /^(?: {2}|\t)/;

function nameToText(name) {
  const escaped = name.replace(/[\\:]/g, "\\$&").replace(/^(#|\/)/, "\\$1");
  return escaped.replace(/\((number|boolean|json)\)$/, "\\($1)");
}

const nameFromText = (text) => text.replace(/\\(.)/g, "$1");

function rowToText({ name, value, enabled, type }, typed) {
  const kind = typed && TYPES.includes(type) ? ` (${type})` : "";
  const [first, ...rest] = value.split("\n");
  return [`${enabled ? "" : "# "}${nameToText(name)}${kind}: ${first}`, ...rest.map((line) => `  ${line}`)].join("\n");
}

export const rowsToText = (rows, typed) => rows.map((row) => rowToText(row, typed)).join("\n");

// The first colon that is not escaped ends the name.
function splitLine(line) {
  const match = line.match(/^((?:\\.|[^\\:])*):(.*)$/);
  return match && [match[1].trim(), match[2].replace(/^ /, "")];
}

function readName(text, typed) {
  const kind = typed && text.match(new RegExp(`^(.*[^\\\\])\\s*\\((${TYPES.join("|")})\\)$`));
  return kind ? { name: nameFromText(kind[1].trim()), type: kind[2] } : { name: nameFromText(text), type: "text" };
}

function readLine(line, typed) {
  const off = OFF.test(line);
  const parts = splitLine(off ? line.replace(OFF, "") : line);
  if (!parts) return { problem: "has no colon: write name: value." };
  if (!parts[0]) return { problem: "has no name before its colon." };
  return { row: { ...readName(parts[0], typed), value: parts[1], enabled: !off } };
}

// {rows, problems: [{line, message}]}. Lines without a name or colon are left out of the rows and told.
export function rowsFromText(text, typed) {
  const rows = [];
  const problems = [];
  text.split(/\r\n|\r|\n/).forEach((line, index) => {
    if (GOES_ON.test(line) && rows.length) {
      rows.at(-1).value += `\n${line.replace(GOES_ON, "")}`;
    } else if (line.trim()) {
      const { row, problem } = readLine(line, typed);
      if (row) rows.push(row);
      else problems.push({ line: index + 1, message: `Line ${index + 1} ${problem}` });
    }
  });
  return { rows, problems };
}

// Several lines from the clipboard that all read as "name: value", as copied from a browser or a document; else null.
export function rowsInClipboard(text, typed) {
  const lines = text.split(/\r\n|\r|\n/).filter((line) => line.trim());
  if (lines.length < 2 || !lines.every((line) => GOES_ON.test(line) || /^[^\s:{}"<][^:{}"<]*:(?!\/\/)/.test(line))) return null;
  const { rows, problems } = rowsFromText(lines.join("\n"), typed);
  return problems.length || rows.length < 2 ? null : rows;
}
