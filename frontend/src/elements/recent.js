// Which things of the workspace were open lately, for the palette: the campaign, person, … that the breadcrumb names.
// Kept in this browser only, by person and workspace.
const KEEP = 6;
const THING = /^.*\/(?:\d+|[\da-f]{8}-[\da-f-]{27})\//;
const PREFIX = "recent:";

const palette = document.getElementById("palette");
const key = palette && PREFIX + palette.dataset.recent;

function read(from) {
  try {
    return JSON.parse(localStorage.getItem(from)) || [];
  } catch {
    return [];
  }
}

// The first crumb that leads to one thing; a crumb without a link is this page.
function thingOfPage() {
  const crumbs = [...document.querySelectorAll(".breadcrumbs li > *")];
  const crumb = crumbs.find((each) => THING.test(each.pathname ?? (each === crumbs.at(-1) ? location.pathname : "")));
  if (!crumb) return null;
  const room = crumbs.find((each) => each.pathname)?.textContent.trim() || "";
  const page = [...palette.querySelectorAll("[data-page]")].find((each) => each.querySelector(".palette-label").textContent === room);
  const iconName = page?.querySelector("use").getAttribute("href").split("#")[1] || "history";
  return { label: crumb.textContent.trim(), sub: room, url: crumb.pathname ?? location.pathname, iconName };
}

const identity = (entry) => entry.url.match(THING)?.[0];

function remember() {
  const thing = thingOfPage();
  if (!thing?.label) return;
  const others = read(key).filter((entry) => identity(entry) !== identity(thing));
  localStorage.setItem(key, JSON.stringify([thing, ...others].slice(0, KEEP)));
}

// What is gone is not offered again.
function forgetPage() {
  for (const name of Object.keys(localStorage).filter((each) => each.startsWith(PREFIX))) {
    localStorage.setItem(name, JSON.stringify(read(name).filter((entry) => entry.url !== location.pathname)));
  }
}

export const openedLately = () => read(key).filter((entry) => identity(entry) !== location.pathname.match(THING)?.[0]);

if (palette) remember();
else if (document.querySelector("[data-not-found]")) forgetPage();
