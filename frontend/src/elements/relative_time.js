// <time data-relative datetime="…">: "3 min ago", kept current, with the absolute time in the reader's zone as tooltip.
import { each } from "./delegate.js";

const UNITS = [["year", 31536000], ["month", 2592000], ["day", 86400], ["hour", 3600], ["minute", 60]];
const words = new Intl.RelativeTimeFormat("en", { numeric: "auto", style: "short" });
const absolute = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "long" });

function relative(date) {
  const seconds = (date - Date.now()) / 1000;
  const unit = UNITS.find(([, size]) => Math.abs(seconds) >= size);
  if (!unit) return seconds > 5 ? "in a few seconds" : "just now";
  // What is past counts whole units, what is to come the nearest one.
  const round = seconds < 0 ? Math.trunc : Math.round;
  return words.format(round(seconds / unit[1]), unit[0]);
}

export function update(time) {
  const date = new Date(time.dateTime);
  const text = relative(date);
  if (time.textContent !== text) time.textContent = text;
  time.title = absolute.format(date);
}

each("time[data-relative]", update);
setInterval(() => document.querySelectorAll("time[data-relative]").forEach(update), 30_000);
