// What the charts share.
import * as Plot from "@observablehq/plot";
import { family, textSize, widthOf } from "./font.js";

export const z95 = 1.96;
export const routeNames = ["death", "incapacity", "assassination", "coup", "uprising", "regular", "foreign"];
// Okabe and Ito's colours: neighbours in the usual order of size are far apart for every kind of sight
const routeColors = ["var(--c3)", "var(--c1)", "var(--c6)", "var(--c4)", "var(--c0)", "var(--c2)", "var(--c5)"];

export const routeColor = (route) => routeColors[routeNames.indexOf(route)] ?? "var(--muted)";
export const day = (text) => new Date(`${text}T00:00:00Z`);
export const weekDate = (doc, week) => new Date(+day(doc.data.question.as_of) + week * 7 * 86400000);
export const narrow = (width) => width < 520;

/** "mass_protest": mass protest. */
export const idWords = (id) => id.replaceAll("_", " ");

/** "52w": 52 weeks; "5y": 5 years. */
export function spanWords(text) {
  const unit = { w: "week", y: "year" }[text.slice(-1)], n = text.slice(0, -1);
  return unit === undefined || !/^\d+$/.test(n) ? text : `${n} ${unit}${n === "1" ? "" : "s"}`;
}

/** In percent, with the digits that the error supports: as the tables have it. */
export function percent(p, se) {
  if (p === null || p === undefined) return "–";
  if (p === 0 && se === 0) return "0 %";
  const most = 100 * p < 0.995 ? 2 : 1;
  let decimals = 0;
  while (decimals < most && !(se > 0 && 100 * se * 10 ** decimals >= 0.95)) decimals++;
  return `${(100 * p).toFixed(decimals)} %`;
}

/** The beginning of a long text. */
export function fold(text, chars) {
  const letters = [...String(text)];
  return letters.length <= chars ? String(text) : `${letters.slice(0, chars - 1).join("")}…`;
}

/** The beginning of a text that has to fit into so many pixels. */
export function cut(text, room) {
  if (widthOf(text) <= room) return text;
  const letters = [...text];
  while (letters.length > 1 && widthOf(`${letters.join("")}…`) > room) letters.pop();
  return `${letters.join("").trimEnd()}…`;
}

/** A text in lines of so many pixels, broken between words; the last line is cut. */
export function wrap(text, room, most = 2) {
  const lines = [""];
  for (const word of String(text).split(/\s+/)) {
    const last = lines[lines.length - 1];
    if (last !== "" && lines.length < most && widthOf(`${last} ${word}`) > room) lines.push(word);
    else lines[lines.length - 1] = last === "" ? word : `${last} ${word}`;
  }
  return lines.map((line) => cut(line, room)).join("\n");
}

/** Names at the left of rows: their texts by key, the margin they take, the height of a row, and what a bar leaves of it
 *  above and below. */
export function labels(rows, key, text, width, most = 300) {
  const room = narrow(width) ? 124 : most;
  const names = new Map(rows.map((row) => [key(row), wrap(text(row), room, narrow(width) ? 3 : 2)]));
  const split = [...names.values()].map((name) => name.split("\n")), lines = split.flat();
  const row = Math.max(26, 8 + 14 * Math.max(1, ...split.map((name) => name.length)));
  return { of: (k) => names.get(k), margin: Math.ceil(Math.max(40, ...lines.map((line) => widthOf(line)))) + 12,
    row, inset: (row - 18) / 2 };
}

/** Height of a chart of rows: the axis and its label below. */
export const rowsHeight = (n, row) => 50 + n * row;

/** Plot with the page's colours and font. Always a bare SVG element: title and legend are the figure's. */
export function plot(options) {
  return Plot.plot({ ...options, style: { background: "none", color: "var(--fg)", fontFamily: family, fontSize: `${textSize}px`, overflow: "visible" },
    marginTop: options.marginTop ?? (options.y?.label ? 28 : 8), marginBottom: options.marginBottom ?? 42,
    x: { ...options.x, labelArrow: "none", labelAnchor: narrow(options.width) ? "right" : "center" },
    y: { labelArrow: "none", ...options.y, grid: options.y?.percent === true } });
}
