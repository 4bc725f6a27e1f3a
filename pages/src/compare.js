// Charts of a comparison, and of a series of one case over its dates.
import * as Plot from "@observablehq/plot";
import { changeBars, tableRows } from "./changes.js";
import { day, fold, narrow, percent, plot, routeColor, routeNames, rowsHeight, spanWords, z95 } from "./common.js";

const sides = [{ key: "a", label: "A", color: "var(--prior)", symbol: "circle" }, { key: "b", label: "B", color: "var(--forecast)", symbol: "square" }];
const has = (name) => (doc) => tableRows(name)(doc).length > 0;
const pivotOf = (doc) => tableRows("exit")(doc).reduce((best, row) => (Math.abs(row.weeks - 52) < Math.abs(best.weeks - 52) ? row : best));

export const compareExit = {
  title: "Chance of having left office, A and B",
  has: has("exit"),
  summary: (doc) => tableRows("exit")(doc).map((row) => `${row.horizon}: ${percent(row.a)} and ${percent(row.b)}`).join(", ") + ".",
  rows: tableRows("exit"),
  draw(doc, width) {
    const rows = tableRows("exit")(doc);
    const most = Math.max(...rows.map((row) => Math.max(row.a + z95 * (row["a.se"] ?? 0), row.b + z95 * (row["b.se"] ?? 0))));
    const marks = [Plot.ruleY(rows, { y: "horizon", x1: "a", x2: "b", stroke: "var(--muted)", strokeWidth: 3 })];
    for (const side of sides) {
      marks.push(Plot.ruleY(rows, { y: "horizon", x1: (d) => Math.max(0, d[side.key] - z95 * d[`${side.key}.se`]),
        x2: (d) => d[side.key] + z95 * d[`${side.key}.se`], stroke: side.color, strokeWidth: 1.5 }),
      Plot.dot(rows, { y: "horizon", x: side.key, fill: side.color, symbol: side.symbol, r: 6, title: (d) => `${side.label}, ${d.horizon}: ${percent(d[side.key], d[`${side.key}.se`])}` }));
    }
    return { legend: sides, node: plot({ width, height: rowsHeight(rows.length, 34), marginLeft: 84, marginRight: 20,
      x: { percent: true, label: "chance, %", zero: true, grid: true, domain: [0, 100 * Math.min(1, most * 1.05)] },
      y: { type: "band", domain: rows.map((row) => row.horizon), label: null, tickFormat: spanWords, tickSize: 0 }, marks }) };
  },
};

export const compareDifference = {
  title: "Difference, B minus A, week by week, with a 95 % band",
  has: has("curve"),
  rows: tableRows("curve"),
  draw(doc, width) {
    const rows = tableRows("curve")(doc);
    return { legend: [], node: plot({ width, height: narrow(width) ? 220 : 260,
      x: { label: "weeks after the as-of date" }, y: { percent: true, label: "points" }, marks: [
        Plot.ruleY([0], { stroke: "var(--muted)" }),
        Plot.areaY(rows, { x: "week", y1: (d) => d.difference - z95 * d["std.error"], y2: (d) => d.difference + z95 * d["std.error"],
          fill: "var(--forecast)", fillOpacity: 0.2 }),
        Plot.lineY(rows, { x: "week", y: "difference", stroke: "var(--forecast)", strokeWidth: 2.2 }),
      ] }) };
  },
};

const bars = (title, name, rowsOf) => ({
  title,
  has: has(name),
  rows: tableRows(name),
  draw: (doc, width) => changeBars(rowsOf(doc), width, "B minus A, points", { up: "B higher", down: "B lower" }),
});
const row = (label) => (d) => ({ label: d[label], value: d.difference, se: d["std.error"] });

export const compareViews = bars("Where the difference comes from", "views", (doc) => tableRows("views")(doc).map(row("view")));
export const compareRoutes = bars((doc) => `Difference by way out, within ${spanWords(pivotOf(doc).horizon)}`, "routes",
  (doc) => tableRows("routes")(doc).filter((d) => d.horizon === pivotOf(doc).horizon).map(row("route")));
export const compareSuccessors = bars("Difference in the share of each successor", "successors",
  (doc) => tableRows("successors")(doc).filter((d) => Math.max(d.a, d.b) >= 0.005)
    .sort((x, y) => Math.max(y.a, y.b) - Math.max(x.a, x.b)).map(row("name")));

const dated = (name) => (doc) => tableRows(name)(doc).map((d) => ({ ...d, at: day(d.date) }));

export const series = {
  title: "The forecast as of each date, with and without its reports",
  has: has("series"),
  rows: tableRows("series"),
  draw(doc, width) {
    const rows = dated("series")(doc);
    return { legend: [{ label: "forecast, 95 % band", color: "var(--forecast)", dash: "none" }, { label: "without reports", color: "var(--prior)", dash: "6 4" }],
      node: plot({ width, height: narrow(width) ? 240 : 300, x: { type: "utc", label: null }, y: { percent: true, label: "chance, %", zero: true }, marks: [
        Plot.areaY(rows, { x: "at", y1: (d) => Math.max(0, d.p - z95 * d["std.error"]), y2: (d) => d.p + z95 * d["std.error"], fill: "var(--forecast)", fillOpacity: 0.2 }),
        Plot.lineY(rows, { x: "at", y: "without.reports", stroke: "var(--prior)", strokeDasharray: "6 4", strokeWidth: 1.8 }),
        Plot.lineY(rows, { x: "at", y: "p", stroke: "var(--forecast)", strokeWidth: 2.4 }),
        Plot.dot(rows, { x: "at", y: "p", fill: "var(--forecast)", r: 4,
          title: (d) => `${d.date}: ${percent(d.p, d["std.error"])}${d["new.reports"] ? `; new: ${fold(d["new.reports"], 80)}` : ""}` }),
      ] }) };
  },
};

export const seriesRoutes = {
  title: "The same by way out, stacked",
  has: has("series.routes"),
  rows: tableRows("series.routes"),
  draw(doc, width) {
    const rows = dated("series.routes")(doc);
    const last = (name) => rows.filter((d) => d.route === name).at(-1)?.p ?? 0;
    const names = [...routeNames].sort((a, b) => last(b) - last(a));
    return { legend: names.map((label) => ({ label, color: routeColor(label) })),
      node: plot({ width, height: narrow(width) ? 240 : 300, x: { type: "utc", label: null }, y: { percent: true, label: "chance, %", zero: true },
        marks: [Plot.areaY(rows, { x: "at", y: "p", z: "route", order: names, fill: (d) => routeColor(d.route), stroke: "var(--bg)", strokeWidth: 0.8, title: "route" })] }) };
  },
};

const lineColors = ["var(--c3)", "var(--c4)", "var(--c2)", "var(--c5)", "var(--c0)", "var(--c1)", "var(--muted)"];

export const seriesSuccessors = {
  title: "Who follows, if there is an exit: shares as of each date",
  has: has("series.successors"),
  rows: tableRows("series.successors"),
  draw(doc, width) {
    const rows = dated("series.successors")(doc);
    const most = new Map();
    for (const d of rows) most.set(d.name, Math.max(most.get(d.name) ?? 0, d.p ?? 0));
    const names = [...most].sort((a, b) => b[1] - a[1]).slice(0, lineColors.length).map(([name]) => name);
    const color = (name) => lineColors[names.indexOf(name)];
    return { legend: names.map((name) => ({ label: fold(name, 26), color: color(name), dash: "none" })),
      node: plot({ width, height: narrow(width) ? 240 : 300, x: { type: "utc", label: null }, y: { percent: true, label: "share, %", zero: true },
        marks: [
          Plot.lineY(rows.filter((d) => names.includes(d.name)), { x: "at", y: "p", z: "name", stroke: (d) => color(d.name), strokeWidth: 2 }),
          Plot.dot(rows.filter((d) => names.includes(d.name)), { x: "at", y: "p", r: 3, fill: (d) => color(d.name), title: (d) => `${d.name}, ${d.date}: ${percent(d.p, d["std.error"])}` }),
        ] }) };
  },
};
