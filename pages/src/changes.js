// Bars of differences with their limits; what a comparison and an explanation share.
import * as Plot from "@observablehq/plot";
import { fold, narrow, plot, z95 } from "./common.js";

const maxRows = 40;

export const tableRows = (name) => (doc) => doc.data.tables?.[name]?.rows ?? [];
export const points = (p) => (Math.abs(p) < 0.00005 ? "" : p > 0 ? "+" : "−") + Math.abs(100 * p).toFixed(Math.abs(p) < 0.000995 ? 2 : 1);

/** Rows of {label, value, se}: a bar each, from nought, with a 95 % line; noise is grey. */
export function changeBars(rows, width, label, room = 300) {
  const shown = rows.slice(0, maxRows).map((row, i) => ({ ...row, order: i }));
  const isClear = (d) => Math.abs(d.value) > 2 * d.se;
  return {
    legend: [{ label: "raises", color: "var(--up)" }, { label: "lowers", color: "var(--down)" }, { label: "within the noise", color: "var(--muted)" }],
    node: plot({ width, height: 46 + 26 * shown.length, marginLeft: narrow(width) ? 140 : room, marginRight: 56,
      x: { transform: (p) => 100 * p, label, nice: true },
      y: { type: "band", domain: shown.map((d) => d.order), label: null, tickFormat: (i) => fold(shown[i].label, narrow(width) ? 18 : room / 7.4), tickSize: 0 },
      marks: [
        Plot.barX(shown, { x: "value", y: "order", insetTop: 4, insetBottom: 4,
          fill: (d) => (!isClear(d) ? "var(--muted)" : d.value > 0 ? "var(--up)" : "var(--down)"),
          title: (d) => `${d.label}: ${points(d.value)} points` }),
        Plot.ruleY(shown, { y: "order", x1: (d) => d.value - z95 * d.se, x2: (d) => d.value + z95 * d.se, stroke: "var(--fg)", strokeWidth: 1.5 }),
        Plot.ruleX([0]),
        Plot.text(shown, { y: "order", x: (d) => Math.max(0, d.value) + z95 * d.se, text: (d) => points(d.value), dx: 6, textAnchor: "start" }),
      ] }) };
}
