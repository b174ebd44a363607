// The one CodeMirror set-up of the product: bodies of many lines and template inputs of one line.
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { bracketMatching, foldGutter, foldKeymap, indentOnInput, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, setDiagnostics } from "@codemirror/lint";
import { Compartment, EditorState, Prec } from "@codemirror/state";
import {
  EditorView, drawSelection, highlightActiveLine, highlightActiveLineGutter, keymap, lineNumbers, placeholder, showTooltip, tooltips,
} from "@codemirror/view";
import { highlight, theme } from "./look.js";
import { templateLanguage } from "./language.js";

// A value that came with line breaks keeps them; none is added by typing.
const withoutLineBreaks = EditorState.transactionFilter.of((transaction) =>
  transaction.newDoc.lines > transaction.startState.doc.lines ? [] : transaction,
);

const ONE_LINE = [withoutLineBreaks, Prec.highest(keymap.of([{ key: "Enter", run: () => false }]))];
const MANY_LINES = [lineNumbers(), highlightActiveLine(), highlightActiveLineGutter(), indentOnInput(), foldGutter(), lintGutter(), EditorView.lineWrapping];

function extensions({ language, line, label, readOnly, placeholder: hint, variables, nonce, change, move }, { labelSlot, languageSlot }) {
  return [
    nonce ? EditorView.cspNonce.of(nonce) : [],
    theme,
    syntaxHighlighting(highlight),
    languageSlot.of(templateLanguage(language, variables)),
    labelSlot.of(labelling(label)),
    tooltips({ position: "fixed" }),
    history(),
    drawSelection(),
    closeBrackets(),
    bracketMatching(),
    autocompletion({ activateOnTyping: true, icons: false }),
    keymap.of([...completionKeymap, ...closeBracketsKeymap, ...historyKeymap, ...foldKeymap, ...defaultKeymap]),
    hint ? placeholder(hint) : [],
    EditorView.updateListener.of((update) => update.docChanged && change(update.state.doc.toString())),
    line ? ONE_LINE : MANY_LINES,
    readOnly ? [EditorState.readOnly.of(true), EditorView.lineWrapping] : [],
    move ? moving(move) : [],
  ];
}

// Selected words get a button that moves them to the message text; tags alone don't.
function moving(move) {
  const selected = (state) => {
    const { from, to } = state.selection.main;
    const source = state.sliceDoc(from, to);
    return /\p{L}/u.test(source.replace(/\{\{.*?\}\}|\{%.*?%\}/gs, "")) ? { from, source } : null;
  };
  const run = (view) => {
    const found = selected(view.state);
    if (found) move(found);
    return Boolean(found);
  };
  const create = (view) => {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-sm btn-ghost", textContent: "Move to message text" });
    button.addEventListener("mousedown", (event) => event.preventDefault()); // keeps the selection
    button.addEventListener("click", () => run(view));
    return { dom: button };
  };
  const tooltip = showTooltip.compute(["selection", "doc"], (state) => {
    const found = selected(state);
    return found && { pos: found.from, above: true, create };
  });
  return [tooltip, keymap.of([{ key: "Mod-Shift-m", run }])];
}

const labelling = (label) => EditorView.contentAttributes.of({ ...label, tabindex: "0" });

// Lines and columns count from 1, columns in characters: an emoji is one, though it takes two places here.
function placeOf(document, line, column) {
  const at = document.line(Math.min(Math.max(line || 1, 1), document.lines));
  const before = [...at.text].slice(0, Math.max((column || 1) - 1, 0)).join("").length;
  return { from: at.from + before, to: at.to };
}

function diagnostic(document, { line, column, message, severity }) {
  return { ...placeOf(document, line, column), severity, message };
}

// Puts text in behind what stands at a place, unless that is gone meanwhile; the part to type over is selected.
function fix(view, { line, column, path, insert }) {
  const { from } = placeOf(view.state.doc, line, column);
  const at = from + path.length;
  if (view.state.sliceDoc(from, at) !== path) return;
  const [before, inner] = insert.match(/^(.*\("?)(.*?)"?\)$/).slice(1);
  const anchor = at + before.length;
  view.dispatch({ changes: { from: at, insert }, selection: { anchor, head: anchor + inner.length }, scrollIntoView: true });
  view.focus();
}

// Puts text in the place of what stands there, unless that is gone meanwhile; says whether it did.
function replace(view, { line, column, from = placeOf(view.state.doc, line, column).from, path, insert }) {
  if (view.state.sliceDoc(from, from + path.length) !== path) return false;
  view.dispatch({ changes: { from, to: from + path.length, insert }, selection: { anchor: from + insert.length } });
  return true;
}

export function createEditor(options) {
  const slots = { labelSlot: new Compartment(), languageSlot: new Compartment() };
  // With the selection as it is: brackets are matched anew only where text or selection is set.
  const put = (slot, extension) => view.dispatch({ effects: slot.reconfigure(extension), selection: view.state.selection });
  const view = new EditorView({
    parent: options.parent,
    state: EditorState.create({ doc: options.text, extensions: extensions(options, slots) }),
  });
  // Widths measured before the font arrived are wrong.
  document.fonts?.ready.then(() => view.requestMeasure());
  return {
    set: (text) => view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text }, filter: false }),
    focus: () => view.focus(),
    label: (attributes) => put(slots.labelSlot, labelling(attributes)),
    language: (name) => put(slots.languageSlot, templateLanguage(name, options.variables)),
    problems: (items) => view.dispatch(setDiagnostics(view.state, items.map((item) => diagnostic(view.state.doc, item)))),
    fix: (change) => fix(view, change),
    replace: (change) => replace(view, change),
    destroy: () => view.destroy(),
    insert(text) {
      view.dispatch(view.state.replaceSelection(text));
      view.focus();
    },
  };
}
