// Builds static/dist from src. The output is committed: running and testing need no Node.
// Names are fixed (WhiteNoise or a manifest storage may hash them); only lazily loaded chunks carry a hash.
import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync, copyFileSync } from "node:fs";
import esbuild from "esbuild";
import { PurgeCSS } from "purgecss";

const DIST = "static/dist";
const CACHE = "node_modules/.cache/frontend";
const OUT = `${CACHE}/dist-${process.pid}`;

function clean() {
  rmSync(OUT, { recursive: true, force: true });
  mkdirSync(OUT, { recursive: true });
  mkdirSync(CACHE, { recursive: true });
}

function copyFonts() {
  const fonts = "node_modules/@fontsource-variable";
  for (const subset of ["latin", "latin-ext"]) {
    const suffix = subset === "latin" ? "" : "-ext";
    copyFileSync(`${fonts}/inter/files/inter-${subset}-wght-normal.woff2`, `${OUT}/inter${suffix}.woff2`);
    copyFileSync(`${fonts}/jetbrains-mono/files/jetbrains-mono-${subset}-wght-normal.woff2`, `${OUT}/mono${suffix}.woff2`);
  }
}

// One symbol an icon: pages refer to it as icons.svg#name. A name ending in "-filled" comes from the filled set.
function iconSymbol(name) {
  const filled = name.endsWith("-filled");
  const file = `node_modules/@tabler/icons/icons/${filled ? "filled" : "outline"}/${name.replace(/-filled$/, "")}.svg`;
  const shapes = readFileSync(file, "utf8")
    .replace(/<!--[\s\S]*?-->/, "")
    .replace(/<\/?svg[^>]*>/g, "")
    .replace(/<path stroke="none" d="M0 0h24v24H0z" fill="none"\s*\/>/, "")
    .replace(/\s+/g, " ")
    .trim();
  return `<symbol id="${name}" viewBox="0 0 24 24">${shapes}</symbol>`;
}

function buildIcons() {
  const names = readFileSync("src/icons.txt", "utf8").split(/\s+/).filter(Boolean);
  const symbols = names.map(iconSymbol).join("\n");
  writeFileSync(`${OUT}/icons.svg`, `<svg xmlns="http://www.w3.org/2000/svg">\n${symbols}\n</svg>\n`);
}

// Names that are wholly ours: Tabler means something else by them.
const OURS = "alert avatar btn-ghost card-actions empty empty-icon form-control form-select icon-filled is-invalid page page-tabs small steps table tag".split(" ");

// Tabler without what no page of ours uses. Only this folder is read, so a template elsewhere never changes the output:
// what the pages may use is listed in src/keep.txt.
async function purgeTabler() {
  const kept = readFileSync("src/keep.txt", "utf8").split(/\s+/).filter(Boolean);
  const scripts = readdirSync("src/elements").map((name) => `src/elements/${name}`);
  const [result] = await new PurgeCSS().purge({
    content: ["templates/**/*.html", "src/app.js", ...scripts],
    css: ["node_modules/@tabler/core/dist/css/tabler.min.css"],
    safelist: { standard: [...kept, "html", "body", "show", "showing", "hiding", "collapsing", "active", "disabled"] },
    blocklist: OURS,
    variables: true,
    keyframes: true,
    fontFace: true,
    defaultExtractor: (text) => text.match(/[\w-/:]+(?<!:)/g) ?? [],
  });
  const css = result.css.replace(/\/\*!?[\s\S]*?\*\//g, "");
  writeFileSync(`${CACHE}/tabler.css`, css);
}

const common = {
  bundle: true,
  minify: true,
  outdir: OUT,
  target: "es2022",
  logLevel: "warning",
  legalComments: "none",
  // A chunk's name depends on its sources' paths: the same wherever node_modules really lies.
  preserveSymlinks: true,
};

async function buildStyles() {
  await esbuild.build({
    ...common,
    entryPoints: ["src/app.css"],
    alias: { tabler: `./${CACHE}/tabler.css` },
    external: ["*.woff2"],
  });
}

async function buildScripts() {
  await esbuild.build({ ...common, entryPoints: ["src/theme.js"], format: "iife" });
  // Only pages with charts load this one and its styles.
  await esbuild.build({ ...common, entryPoints: ["src/charts.js"], format: "esm" });
  await esbuild.build({
    ...common,
    entryPoints: ["src/app.js"],
    format: "esm",
    splitting: true,
    chunkNames: "[name]-[hash]",
    // The Jinja grammar would pull in HTML, CSS and JavaScript grammars (53 KB gz) that no body of ours needs.
    alias: { "@codemirror/lang-html": "./src/editor/html_stub.js" },
  });
}

// Each file is replaced at once and none is missing meanwhile: a product that runs from this folder keeps its look.
function publish() {
  mkdirSync(DIST, { recursive: true });
  const made = readdirSync(OUT);
  for (const name of made) {
    copyFileSync(`${OUT}/${name}`, `${DIST}/.${name}`);
    renameSync(`${DIST}/.${name}`, `${DIST}/${name}`);
  }
  for (const name of readdirSync(DIST)) if (!made.includes(name)) rmSync(`${DIST}/${name}`);
  rmSync(OUT, { recursive: true });
}

clean();
copyFonts();
buildIcons();
await purgeTabler();
await buildStyles();
await buildScripts();
publish();
copyFileSync("node_modules/axe-core/axe.min.js", "../tests/browser/axe.min.js");
