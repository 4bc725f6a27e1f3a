// What the charts share.
import * as Plot from "@observablehq/plot";

export const z95 = 1.96;
export const routeNames = ["death", "incapacity", "assassination", "coup", "uprising", "regular", "foreign"];
// Okabe and Ito's colours: neighbours in the usual order of size are far apart for every kind of sight
const routeColors = ["var(--c3)", "var(--c1)", "var(--c6)", "var(--c4)", "var(--c0)", "var(--c2)", "var(--c5)"];

export const routeColor = (route) => routeColors[routeNames.indexOf(route)] ?? "var(--muted)";
export const day = (text) => new Date(`${text}T00:00:00Z`);
export const weekDate = (doc, week) => new Date(+day(doc.data.question.as_of) + week * 7 * 86400000);
export const narrow = (width) => width < 520;

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

/** Beginning and end of a long text: classes of leaders differ at the end. */
export function foldMiddle(text, chars) {
  const letters = [...text], half = Math.floor((chars - 1) / 2);
  return letters.length <= chars ? text : `${letters.slice(0, half).join("")}…${letters.slice(-half).join("")}`;
}

/** Plot with the page's colours. Always a bare SVG element: title and legend are the figure's. */
export function plot(options) {
  return Plot.plot({ ...options, style: { background: "none", color: "var(--fg)", fontSize: "13px", overflow: "visible" },
    marginBottom: options.marginBottom ?? 42,
    x: { ...options.x, labelArrow: "none", labelAnchor: "center" },
    y: { labelArrow: "none", ...options.y, grid: options.y?.percent === true } });
}
