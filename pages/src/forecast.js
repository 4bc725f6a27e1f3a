// Charts of a forecast. Numbers come from the document; nothing is estimated here.
import * as Plot from "@observablehq/plot";
import { points } from "./changes.js";
import { day, labels, narrow, percent, plot, routeColor, rowsHeight, spanWords, weekDate, z95 } from "./common.js";

const views = [
  { key: "base_rate", label: "base rate", color: "var(--base)", dash: "2 4" },
  { key: "prior", label: "before reports", color: "var(--prior)", dash: "7 4" },
  { key: "forecast", label: "forecast", color: "var(--forecast)", dash: "none" },
];

const lines = views.map(({ label, color, dash }) => ({ label, color, dash }));

function curveRows(doc, view) {
  const { p, se } = doc.curves[view.key];
  const first = { view: view.label, date: weekDate(doc, 0), p: 0, se: 0 };
  return [first, ...p.map((value, w) => ({ view: view.label, date: weekDate(doc, w + 1), p: value, se: se[w] }))];
}

const dated = (rows) => rows.map((row) => ({ ...row, date: row.date.toISOString().slice(0, 10) }));

function pivotRow(doc) {
  return doc.data.exit.find((row) => row.horizon === doc.data.question.pivot);
}

/** Horizons whose labels have room. */
function labelled(doc, width) {
  const all = doc.data.exit;
  const span = day(all[all.length - 1].date) - day(doc.data.question.as_of);
  let last = -Infinity;
  return all.filter((row) => {
    const x = ((day(row.date) - day(doc.data.question.as_of)) / span) * (width - 80);
    if (x - last < 46) return false;
    last = x;
    return true;
  });
}

export const exit = {
  title: "Chance to have left office by each date",
  summary: (doc) => `Forecast ${percent(pivotRow(doc).p, pivotRow(doc).se)} by ${pivotRow(doc).date}.`,
  rows: (doc) => dated(views.flatMap((view) => curveRows(doc, view))),
  draw(doc, width) {
    const marks = views.flatMap((view) => {
      const rows = curveRows(doc, view);
      return [
        Plot.areaY(rows, { x: "date", y1: (d) => Math.max(0, d.p - z95 * d.se), y2: (d) => d.p + z95 * d.se,
          fill: view.color, fillOpacity: 0.18 }),
        Plot.lineY(rows, { x: "date", y: "p", stroke: view.color, strokeDasharray: view.dash,
          strokeWidth: view.key === "forecast" ? 2.5 : 1.8 }),
      ];
    });
    const dots = doc.data.exit.map((row) => ({ ...row, at: day(row.date) }));
    const texts = labelled(doc, width).map((row) => ({ ...row, at: day(row.date) }));
    marks.push(
      Plot.dot(dots, { x: "at", y: "p", fill: "var(--forecast)", r: 4, title: (d) => `${d.date}: ${percent(d.p, d.se)}` }),
      Plot.text(texts, { x: "at", y: "p", text: (d) => percent(d.p, d.se), dy: -14, dx: -6, fontWeight: 600,
        fill: "var(--fg)", stroke: "var(--bg)", strokeWidth: 4 }));
    return { legend: lines, node: plot({ width, height: narrow(width) ? 260 : 320, marginTop: 26,
      y: { percent: true, label: "chance, %", zero: true }, x: { type: "utc", label: null }, marks }) };
  },
};

function routeRows(doc) {
  const names = Object.keys(doc.curves.routes);
  const last = (name) => doc.curves.routes[name].p[doc.curves.routes[name].p.length - 1];
  names.sort((a, b) => last(b) - last(a));
  return { names, rows: names.flatMap((name) => {
    const { p, se } = doc.curves.routes[name];
    const first = { route: name, date: weekDate(doc, 0), p: 0, se: 0 };
    return [first, ...p.map((value, w) => ({ route: name, date: weekDate(doc, w + 1), p: value, se: se[w] }))];
  }) };
}

export const routes = {
  title: "Forecast by way out, stacked",
  has: (doc) => Object.keys(doc.curves.routes).length > 0,
  summary: (doc) => `Largest: ${routeRows(doc).names.slice(0, 3).join(", ")}.`,
  rows: (doc) => dated(routeRows(doc).rows),
  draw(doc, width) {
    const { names, rows } = routeRows(doc);
    const total = curveRows(doc, views[2]);
    const node = plot({ width, height: narrow(width) ? 260 : 320, marginTop: 16,
      y: { percent: true, label: "chance, %" }, x: { type: "utc", label: null },
      marks: [
        Plot.areaY(rows, { x: "date", y: "p", z: "route", order: names, fill: (d) => routeColor(d.route),
          stroke: "var(--bg)", strokeWidth: 0.8, title: "route" }),
        Plot.areaY(total, { x: "date", y1: (d) => Math.max(0, d.p - z95 * d.se), y2: (d) => d.p + z95 * d.se,
          fill: "var(--fg)", fillOpacity: 0.35 }),
        Plot.lineY(total, { x: "date", y: "p", stroke: "var(--fg)", strokeWidth: 1.5 }),
      ] });
    const legend = names.map((name) => ({ label: name, color: routeColor(name) }));
    return { legend: [...legend, { label: "total, 95 % band", color: "var(--fg)", dash: "none" }], node };
  },
};

function hazardRows(doc) {
  return views.flatMap((view) => doc.curves.hazard[view.key].map((row, i, all) => ({
    view: view.label, from: weekDate(doc, i > 0 ? all[i - 1].week : 0), to: weekDate(doc, row.week),
    per_year: row.h, se: row.se })));
}

export const hazard = {
  title: "Yearly rate of leaving among those still in office, by quarter",
  rows: (doc) => hazardRows(doc).map((row) => ({ ...row, from: row.from.toISOString().slice(0, 10),
    to: row.to.toISOString().slice(0, 10) })),
  draw(doc, width) {
    const rows = hazardRows(doc);
    const of = (view) => rows.filter((row) => row.view === view.label);
    const steps = (view) => of(view).flatMap((d) => [{ x: d.from, y: d.per_year }, { x: d.to, y: d.per_year }]);
    const marks = views.flatMap((view) => [
      ...(view.key !== "forecast" ? [] : [Plot.rectY(of(view), { x1: "from", x2: "to", y1: (d) => Math.max(0, d.per_year - z95 * d.se),
        y2: (d) => d.per_year + z95 * d.se, fill: view.color, fillOpacity: 0.15, inset: 0 })]),
      Plot.lineY(steps(view), { x: "x", y: "y", stroke: view.color, strokeDasharray: view.dash,
        strokeWidth: view.key === "forecast" ? 2.5 : 1.8 }),
    ]);
    return { legend: lines, node: plot({ width, height: narrow(width) ? 220 : 260,
      y: { percent: true, label: "% a year", zero: true }, x: { type: "utc", label: null }, marks }) };
  },
};

/** Share of each successor by the way out that made room: P(who | way) x P(way | exit). */
function successorRows(doc) {
  const { data } = doc;
  const last = data.exit[data.exit.length - 1];
  const share = new Map(data.routes.filter((row) => row.horizon === last.horizon &&
    data.question.routes.includes(row.route)).map((row) => [row.route, row.p / last.p]));
  return data.successors.flatMap((who) => who.by_route.filter((row) => share.has(row.route)).map((row) => ({
    successor: who.name, route: row.route, p: row.p === null ? 0 : row.p * share.get(row.route),
    p_given_route: row.p, p_successor: who.p, se_successor: who.se })));
}

export const successors = {
  title: "Who follows, if there is an exit by the last date, by way out",
  has: (doc) => doc.data.successors.some((row) => row.p > 0),
  summary: (doc) => doc.data.successors.slice(0, 3).map((row) => `${row.name} ${percent(row.p, row.se)}`).join(", ") + ".",
  rows: successorRows,
  draw(doc, width) {
    const most = doc.data.successors.filter((row) => row.p > 0).sort((a, b) => b.p - a.p).slice(0, 14);
    const names = most.map((row) => row.name);
    const label = labels(most, (row) => row.name, (row) => row.name, width, 220);
    const rows = successorRows(doc).filter((row) => names.includes(row.successor));
    const used = doc.data.question.routes.filter((route) => rows.some((row) => row.route === route && row.p > 0));
    const node = plot({ width, height: rowsHeight(names.length, label.row), marginLeft: label.margin, marginRight: 12,
      x: { percent: true, label: "share, %", insetRight: 46 }, y: { domain: names, label: null, tickFormat: label.of, tickSize: 0 },
      marks: [
        Plot.barX(rows, { x: "p", y: "successor", fill: (d) => routeColor(d.route), order: used,
          stroke: "var(--bg)", strokeWidth: 0.6, insetTop: label.inset, insetBottom: label.inset,
          title: (d) => `${d.successor} after ${d.route}: ${percent(d.p)}` }),
        Plot.ruleY(most, { x1: (d) => Math.max(0, d.p - z95 * d.se), x2: (d) => d.p + z95 * d.se, y: "name",
          stroke: "var(--fg)", strokeWidth: 1.5 }),
        Plot.text(most, { x: (d) => d.p + z95 * d.se, y: "name", text: (d) => percent(d.p, d.se), dx: 6, textAnchor: "start" }),
      ] });
    return { legend: used.map((name) => ({ label: name, color: routeColor(name) })), node };
  },
};

/** From base rate to forecast: situation, each origin, and what the origins share. */
function waterfallRows(doc) {
  const { data } = doc;
  const at = (rows) => rows.find((row) => row.horizon === data.question.pivot);
  const base = at(data.base_rate.exit), prior = at(data.prior.exit), end = at(data.exit);
  const rows = [{ step: "base rate", from: 0, to: base.p, se: base.se, total: true },
    { step: "situation: war, sanctions, events", from: base.p, to: prior.p, se: null, total: false }];
  let p = prior.p;
  for (const row of [...data.origins].sort((a, b) => Math.abs(b.points) - Math.abs(a.points)).slice(0, 12)) {
    rows.push({ step: row.name, from: p, to: p + row.points, se: row.points_se, total: false });
    p += row.points;
  }
  if (data.origins.length > 0) rows.push({ step: "overlap and the rest", from: p, to: end.p, se: null, total: false });
  rows.push({ step: "forecast", from: 0, to: end.p, se: end.se, total: true });
  return rows.map((row, i) => ({ ...row, change: row.total ? null : row.to - row.from, order: i }));
}

export const waterfall = {
  title: "From base rate to forecast: what each origin changed",
  rows: waterfallRows,
  draw(doc, width) {
    const rows = waterfallRows(doc);
    const names = labels(rows, (row) => row.order, (row) => row.step, width, 236);
    const value = (d) => (d.total ? percent(d.to, d.se) : points(d.change));
    const node = plot({ width, height: rowsHeight(rows.length, names.row), marginLeft: names.margin, marginRight: 12,
      x: { percent: true, label: `chance to leave within ${spanWords(doc.data.question.pivot)}, %`, zero: true, insetRight: 46 },
      y: { domain: rows.map((row) => row.order), label: null, tickFormat: names.of, tickSize: 0 },
      marks: [
        Plot.barX(rows, { x1: "from", x2: "to", y: "order", insetTop: names.inset, insetBottom: names.inset,
          fill: (d) => (d.total ? "var(--muted)" : d.change > 0 ? "var(--up)" : "var(--down)"), fillOpacity: (d) => (d.total ? 0.55 : 1),
          title: (d) => `${d.step}: ${value(d)}` }),
        Plot.ruleY(rows.filter((d) => d.se !== null), { y: "order", x1: (d) => d.to - z95 * d.se,
          x2: (d) => d.to + z95 * d.se, stroke: "var(--fg)", strokeWidth: 1.5 }),
        Plot.ruleX([0]),
        Plot.text(rows, { y: "order", x: (d) => Math.max(d.from, d.to + z95 * (d.se ?? 0)), text: value, dx: 6, textAnchor: "start" }),
      ] });
    return { legend: [{ label: "raises", color: "var(--up)" }, { label: "lowers", color: "var(--down)" }], node };
  },
};

export const drivers = {
  title: "Swing of the forecast with each unknown parameter",
  has: (doc) => doc.data.drivers.length > 0,
  rows: (doc) => doc.data.drivers.map(({ parameter, meaning, swing, se }) => ({ parameter, meaning, swing, se })),
  draw(doc, width) {
    const rows = doc.data.drivers.slice(0, 12);
    const names = labels(rows, (row) => row.parameter, (row) => row.meaning, width);
    const node = plot({ width, height: rowsHeight(rows.length, names.row), marginLeft: names.margin, marginRight: 20,
      x: { transform: (p) => 100 * p, label: `change of the chance within ${spanWords(doc.data.question.pivot)}, points`, nice: true },
      y: { domain: rows.map((row) => row.parameter), label: null, tickFormat: names.of, tickSize: 0 },
      marks: [
        Plot.barX(rows, { x: "swing", y: "parameter", insetTop: names.inset, insetBottom: names.inset,
          fill: (d) => (d.swing > 0 ? "var(--up)" : "var(--down)"), title: (d) => `${d.parameter}: ${d.meaning}` }),
        Plot.ruleY(rows, { y: "parameter", x1: (d) => d.swing - z95 * d.se, x2: (d) => d.swing + z95 * d.se,
          stroke: "var(--fg)", strokeWidth: 1.5 }),
        Plot.ruleX([0]),
      ] });
    return { legend: [{ label: "more of it raises the chance", color: "var(--up)" },
      { label: "more of it lowers it", color: "var(--down)" }], node };
  },
};
