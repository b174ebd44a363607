// Jinja over JSON, XML or plain text, completing the variables of the page with a sample value and the filters after "|".
import { closePercentBrace, jinja, jinjaCompletionSource } from "@codemirror/lang-jinja";
import { json } from "@codemirror/lang-json";
import { xml } from "@codemirror/lang-xml";
import { EditorState, Prec } from "@codemirror/state";
import { html } from "./html_stub.js";

// Quotation marks aren't: where a tag stands between them, the second one typed would not be known for the first one's.
const closedByItself = Prec.highest(EditorState.languageData.of(() => [{ closeBrackets: { brackets: ["{", "[", "("] } }]));

const BASES = { json, xml, text: html };

const FILTERS = ["default", "upper", "lower", "title", "capitalize", "trim", "replace", "join", "first", "last", "length", "round", "int", "urlencode", "tojson", "date", "number", "currency"]
  .map((label) => ({ label, type: "function", detail: "filter" }));

function roots(variables) {
  const own = variables.filter(({ path }) => !path.includes("."));
  const parents = [...new Set(variables.filter(({ path }) => path.includes(".")).map(({ path }) => path.split(".")[0]))];
  return [...own.map(({ path, example }) => ({ label: path, type: "variable", detail: example, boost: 10 })), ...parents.map((label) => ({ label, type: "variable", boost: 10 }))];
}

function propertiesUnder(variables, prefix) {
  return variables
    .filter(({ path }) => path.startsWith(prefix) && !path.slice(prefix.length).includes("."))
    .map(({ path, example, type }) => ({ label: path.slice(prefix.length), type: "property", detail: example, info: type }));
}

function completeFilters(context) {
  const match = context.matchBefore(/\|\s*\w*$/);
  return match && { from: match.from + match.text.match(/^\|\s*/)[0].length, options: FILTERS };
}

// Asked anew each time: the variables carry the values of the person who is looked at, and that changes.
function completeVariables(variables) {
  return (context) => {
    const known = variables();
    const source = jinjaCompletionSource({
      variables: roots(known),
      properties: (path) => propertiesUnder(known, `${path.join(".")}.`),
    });
    return source(context);
  };
}

// ``variables()``: [{"path", "type", "example"}].
export function templateLanguage(language, variables) {
  const base = (BASES[language] || html)();
  const { language: parser } = jinja({ base });
  const complete = (source) => parser.data.of({ autocomplete: source });
  return [
    parser,
    base.support,
    closedByItself,
    complete(completeVariables(variables)),
    complete(completeFilters),
    closePercentBrace,
  ];
}
