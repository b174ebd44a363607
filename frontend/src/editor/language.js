// Jinja over JSON or plain text, completing the variables of the page with a sample value and the filters after "|".
import { closePercentBrace, jinja } from "@codemirror/lang-jinja";
import { json } from "@codemirror/lang-json";

const FILTERS = ["default", "upper", "lower", "title", "capitalize", "trim", "replace", "join", "first", "last", "length", "round", "int", "urlencode", "tojson"]
  .map((label) => ({ label, type: "function", detail: "filter" }));

function roots(variables) {
  const own = variables.filter(({ path }) => !path.includes("."));
  const parents = [...new Set(variables.filter(({ path }) => path.includes(".")).map(({ path }) => path.split(".")[0]))];
  return [...own.map(({ path, example }) => ({ label: path, type: "variable", detail: example })), ...parents.map((label) => ({ label, type: "variable" }))];
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

export function templateLanguage(language, variables) {
  const support = jinja({
    base: language === "json" ? json() : undefined,
    variables: roots(variables),
    properties: (path) => propertiesUnder(variables, `${path.join(".")}.`),
  });
  return [support, support.language.data.of({ autocomplete: completeFilters }), closePercentBrace];
}
