// hx-swap="morph" (or hx-swap-oob): the answer changes what is there, in place of taking its place. So a part that is
// fetched again and again keeps the focus, a press that is under way, and what is shown in the reader's own words.
// What may change its place among others needs an id.
import { Idiomorph } from "idiomorph";
import { update } from "./relative_time.js";

const callbacks = {
  // A form that is being sent stays so until its answer is there.
  beforeAttributeUpdated: (name, element) => name !== "class" || !element.matches("form.is-busy"),
  afterNodeMorphed(node) {
    if (node.matches?.("time[data-relative]")) update(node);
  },
};

htmx.defineExtension("morph", {
  isInlineSwap: (style) => style === "morph",
  handleSwap: (style, target, fragment) => style === "morph" && Idiomorph.morph(target, fragment.children, { callbacks }),
});
