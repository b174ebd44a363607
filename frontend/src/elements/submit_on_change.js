// data-submit-on-change: a switch or filter that needs no button of its own.
import { on } from "./delegate.js";

on("change", "[data-submit-on-change]", (field) => field.form.requestSubmit());
