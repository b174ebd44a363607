// [data-keep-focus]: a button that is pressed without leaving the field somebody is in. Leaving it would be a change of
// the form, whose own answer would take the place of the button's.
import { on } from "./delegate.js";

on("mousedown", "[data-keep-focus]", (_, event) => event.preventDefault());
