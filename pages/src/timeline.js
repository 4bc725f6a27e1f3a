// Events of the case and days of reports on one line of time, a lane each.
import * as Plot from "@observablehq/plot";
import { day, labels, plot, rowsHeight } from "./common.js";

const maxLanes = 60;

function lanesOf(doc) {
  const events = doc.case.events.map((event) => ({ lane: event.id, kind: event.dated ? "event" : "may happen",
    from: day(event.from), to: day(event.to), text: `${event.id}: ${event.effects}`, p: event.probability }));
  const reports = doc.case.reports.map((report) => ({ lane: report.origin_name, kind: "report", from: day(report.date),
    to: day(report.date), text: report.wording, p: null }));
  return [...events, ...reports].sort((a, b) => a.from - b.from);
}

export const timeline = {
  title: "Events, and the days on which reports were made",
  has: (doc) => doc.case.events.length + doc.case.reports.length > 0,
  rows: (doc) => lanesOf(doc).map((row) => ({ lane: row.lane, kind: row.kind, from: row.from.toISOString().slice(0, 10),
    to: row.to.toISOString().slice(0, 10), probability: row.p, text: row.text })),
  draw(doc, width) {
    const rows = lanesOf(doc);
    const key = (row) => `${row.kind === "report" ? "r" : "e"} ${row.lane}`;
    const lanes = [...new Set(rows.map(key))].slice(0, maxLanes);
    const shown = rows.filter((row) => lanes.includes(key(row)));
    const names = labels(lanes, (lane) => lane, (lane) => lane.slice(2), width, 220);
    const now = day(doc.data.question.as_of);
    const node = plot({ width, height: rowsHeight(lanes.length, names.row - 4) + 14, marginLeft: names.margin, marginRight: 20, marginTop: 22,
      x: { type: "utc", label: null }, y: { domain: lanes, label: null, tickFormat: names.of, tickSize: 0 },
      marks: [
        Plot.ruleY(lanes, { y: (d) => d, stroke: "var(--grid)" }),
        Plot.ruleX([now], { stroke: "var(--fg)", strokeDasharray: "3 3" }),
        Plot.text([now], { x: (d) => d, text: () => "forecast from here", frameAnchor: "top", dy: -16 }),
        Plot.barX(shown.filter((d) => d.kind === "may happen" && +d.from !== +d.to), { x1: "from", x2: "to", y: key, insetTop: 5,
          insetBottom: 5, fill: "var(--prior)", fillOpacity: 0.2, stroke: "var(--prior)", title: "text" }),
        Plot.dot(shown.filter((d) => d.kind === "may happen" && +d.from === +d.to), { x: "from", y: key, stroke: "var(--prior)",
          fill: "var(--bg)", r: 5, strokeWidth: 2, title: "text" }),
        Plot.dot(shown.filter((d) => d.kind === "event"), { x: "from", y: key, fill: "var(--prior)", r: 5, title: "text" }),
        Plot.dot(shown.filter((d) => d.kind === "report"), { x: "from", y: key, fill: "var(--forecast)", r: 5, symbol: "diamond", title: "text" }),
      ] });
    return { legend: [{ label: "event", color: "var(--prior)", symbol: "circle" }, { label: "may happen", color: "var(--bg)" },
      { label: "report (a claim)", color: "var(--forecast)", symbol: "diamond" }], node };
  },
};
