// on(): one listener on the document, so that markup swapped in later needs no wiring.
export function on(type, selector, handle, options) {
  document.addEventListener(
    type,
    (event) => {
      const element = event.target.closest?.(selector);
      if (element) handle(element, event);
    },
    options,
  );
}

// each(): run once for every matching element, now and whenever htmx brings in new markup.
export function each(selector, start) {
  const started = new WeakSet();
  const scan = (root) => {
    const found = [...root.querySelectorAll(selector)];
    if (root.matches?.(selector)) found.push(root);
    for (const element of found) {
      if (started.has(element)) continue;
      started.add(element);
      start(element);
    }
  };
  const scanDocument = () => scan(document);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", scanDocument);
  else scanDocument();
  document.addEventListener("htmx:load", (event) => scan(event.detail.elt));
}

export const csrfToken = () => JSON.parse(document.body.getAttribute("hx-headers") || "{}")["X-CSRFToken"] || "";

export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", name.endsWith("-filled") ? "icon icon-filled" : "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${document.body.dataset.icons}#${name}`);
  svg.append(use);
  return svg;
}
