// hx-swap="morph" (or hx-swap-oob): the answer changes what is there, in place of taking its place. So a part that is
// fetched again and again keeps the focus, a press that is under way, and what is shown in the reader's own words.
// What may change its place among others needs an id.
import { Idiomorph } from "idiomorph";
import { colour } from "./json_view.js";
import { update } from "./relative_time.js";

const callbacks = {
  // Code stays as it was coloured, selected and scrolled, unless it says something else.
  beforeNodeMorphed: (node, wanted) => !(node.matches?.("pre[data-language]") && node.textContent === wanted.textContent),
  // A form that is being sent stays so until its answer is there, and what the reader opened or closed stays that way.
  beforeAttributeUpdated: (name, element) =>
    !(name === "class" && element.matches("form.is-busy")) && !(name === "open" && element.matches("details")),
  // What a chart drew into itself is its own.
  beforeNodeRemoved: (node) => !node.parentElement?.matches("time-chart"),
  afterNodeMorphed(node) {
    if (node.matches?.("time[data-relative]")) update(node);
    if (node.matches?.("pre[data-language=json]")) colour(node);
  },
};

htmx.defineExtension("morph", {
  isInlineSwap: (style) => style === "morph",
  handleSwap: (style, target, fragment) => style === "morph" && Idiomorph.morph(target, fragment.children, { callbacks }),
});
