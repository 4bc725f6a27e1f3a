// Bars of differences with their limits; what a comparison and an explanation share.
import * as Plot from "@observablehq/plot";
import { labels, plot, rowsHeight, z95 } from "./common.js";

const maxRows = 40;

export const tableRows = (name) => (doc) => doc.data.tables?.[name]?.rows ?? [];
export const points = (p) => (Math.abs(p) < 0.00005 ? "" : p > 0 ? "+" : "−") + Math.abs(100 * p).toFixed(Math.abs(p) < 0.000995 ? 2 : 1);

const words = { up: "raises", down: "lowers" };

/** Rows of {label, value, se}: a bar each, from nought, with a 95 % line; noise is grey. */
export function changeBars(rows, width, label, { up, down } = words) {
  const shown = rows.slice(0, maxRows).map((row, i) => ({ ...row, order: i }));
  const isClear = (d) => Math.abs(d.value) > 2 * d.se;
  const names = labels(shown, (d) => d.order, (d) => d.label, width);
  const right = shown.filter((d) => d.value >= 0), left = shown.filter((d) => d.value < 0);
  return {
    legend: [{ label: up, color: "var(--up)" }, { label: down, color: "var(--down)" }, { label: "within the noise", color: "var(--muted)" }],
    node: plot({ width, height: rowsHeight(shown.length, names.row), marginLeft: names.margin, marginRight: 12,
      x: { transform: (p) => 100 * p, label, insetRight: right.length > 0 ? 46 : 0, insetLeft: left.length > 0 ? 46 : 0 },
      y: { type: "band", domain: shown.map((d) => d.order), label: null, tickFormat: names.of, tickSize: 0 },
      marks: [
        Plot.barX(shown, { x: "value", y: "order", insetTop: names.inset, insetBottom: names.inset,
          fill: (d) => (!isClear(d) ? "var(--muted)" : d.value > 0 ? "var(--up)" : "var(--down)"),
          title: (d) => `${d.label}: ${points(d.value)} points` }),
        Plot.ruleY(shown, { y: "order", x1: (d) => d.value - z95 * d.se, x2: (d) => d.value + z95 * d.se, stroke: "var(--fg)", strokeWidth: 1.5 }),
        Plot.ruleX([0]),
        Plot.text(right, { y: "order", x: (d) => d.value + z95 * d.se, text: (d) => points(d.value), dx: 6, textAnchor: "start" }),
        Plot.text(left, { y: "order", x: (d) => d.value - z95 * d.se, text: (d) => points(d.value), dx: -6, textAnchor: "end" }),
      ] }) };
}
