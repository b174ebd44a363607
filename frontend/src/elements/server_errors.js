// Says in words what went wrong when a request made by htmx fails. Answers 422 and 409 with HTML are shown in place
// (a form with its errors); problem documents and anything else become a message, with Retry where trying again may
// help. Polling fails in silence: it tries again by itself.
import { toast, untoast } from "./toasts.js";

const WORDS = {
  0: "The server can't be reached. Check your connection and try again.",
  401: "You are signed out. Sign in again to go on.",
  403: "You don't have the right to do this. Ask an admin of the workspace.",
  404: "This no longer exists. Reload the page to see what is there now.",
  409: "This changed meanwhile. Reload the page to see the newest version.",
  413: "That is too large to send.",
  429: "Too many requests at once. Wait a moment and try again.",
};
const OFFLINE = "You are offline. What you see may be old, and changes can't be saved.";
const FALLBACK = "Something went wrong on our side. Nothing was changed; try again in a moment.";

// A request after the session ended is redirected to the sign-in page, which must not be swapped in or taken for success.
export function signedOut(xhr) {
  const { signIn } = document.body.dataset;
  return Boolean(signIn && xhr.responseURL && new URL(xhr.responseURL).pathname === signIn);
}

const isHtml = (xhr) => (xhr.getResponseHeader("Content-Type") || "").startsWith("text/html");

export function wordsFor(xhr) {
  if (signedOut(xhr)) return WORDS[401];
  if ((xhr.getResponseHeader("Content-Type") || "").includes("json")) {
    try {
      const problem = JSON.parse(xhr.responseText);
      if (problem.detail) return problem.detail;
    } catch {
      // Not a problem document after all: the words for its status do.
    }
  }
  return WORDS[xhr.status] || FALLBACK;
}

document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr } = event.detail;
  if (signedOut(xhr)) {
    event.detail.shouldSwap = false;
    if (!event.detail.elt.hasAttribute("data-autosave")) location.reload();
  }
  if ((xhr.status === 422 || xhr.status === 409) && isHtml(xhr)) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  }
});

const saysItself = (element) => element.hasAttribute("data-autosave") || (element.getAttribute("hx-trigger") || "").includes("every ");

function retryOf({ verb, path, elt, target, headers }) {
  if (!elt.isConnected) return null;
  const isBoosted = headers["HX-Boosted"];
  const source = isBoosted ? { target, swap: elt.getAttribute("hx-swap")?.split(" ")[0] } : { source: elt, target };
  return { label: "Retry", run: () => htmx.ajax(verb, path, source) };
}

document.addEventListener("htmx:responseError", ({ detail }) => {
  if (saysItself(detail.elt)) return;
  const mayPass = detail.xhr.status >= 500 || detail.xhr.status === 429;
  toast(wordsFor(detail.xhr), "bad", { action: mayPass ? retryOf(detail.requestConfig) : null });
});
for (const type of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(type, ({ detail }) => {
    if (!saysItself(detail.elt)) toast(navigator.onLine ? WORDS[0] : OFFLINE, "bad", { action: retryOf(detail.requestConfig) });
  });
}

addEventListener("offline", () => toast(OFFLINE, "bad"));
addEventListener("online", () => {
  if (untoast(OFFLINE)) toast("You are online again.", "ok");
});
