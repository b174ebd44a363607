// A thin line at the top while what somebody asked for is on its way for longer than a moment. Polling, typing and saving
// by itself show no line: they have their own signs, or need none.
const AFTER_MS = 250;
const QUIET = "[data-autosave], [data-palette], [hx-trigger*='every '], [hx-trigger*='input'], [hx-trigger*='load']";

const underWay = new Set();
let timer;

function update() {
  clearTimeout(timer);
  if (underWay.size) timer = setTimeout(() => document.body.classList.add("is-waiting"), AFTER_MS);
  else document.body.classList.remove("is-waiting");
}

document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  if (detail.elt.matches(QUIET)) return;
  underWay.add(detail.xhr);
  update();
});
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (underWay.delete(detail.xhr)) update();
});
