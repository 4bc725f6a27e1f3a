// Charts for documents that are named tables: which one suits is seen from the columns.
import * as Plot from "@observablehq/plot";
import { day, fold, labels, narrow, percent, plot, routeColor, routeNames, rowsHeight } from "./common.js";

const colors = ["var(--forecast)", "var(--prior)", "var(--c2)", "var(--c5)", "var(--c0)", "var(--base)"];
const symbols = ["circle", "square", "triangle", "diamond", "star", "wye"];
const maxRows = 40;

/** Rows by a column, each part in a colour, a shape and a place of its own. */
function partsOf(rows, key) {
  const names = key === null ? [""] : [...new Set(rows.map((row) => row[key]))];
  return names.map((name, i) => ({ name: String(name), color: colors[i % colors.length], symbol: symbols[i % symbols.length],
    dx: 6 * (i - (names.length - 1) / 2), rows: rows.filter((row) => key === null || row[key] === name) }));
}

/** Forecast against observed shares, with the band in which a calibrated forecaster would lie. */
function calibration(table) {
  const by = isText(table, table.columns[0]) ? table.columns[0] : null;
  return {
    title: "Calibration: what happened, against what was said",
    rows: () => table.rows,
    draw(doc, width) {
      const parts = partsOf(table.rows, by);
      const legend = by === null ? [] : parts.map(({ name, color, symbol }) => ({ label: fold(name, 30), color, symbol }));
      const size = Math.min(width, 520);
      return { legend, node: plot({ width: size, height: size * 0.85, marginLeft: 50, marginTop: 34,
        x: { percent: true, domain: [0, 100], label: "forecast, %" }, y: { percent: true, domain: [0, 100], label: "observed, %" },
        marks: [
          Plot.line([[0, 0], [1, 1]], { stroke: "var(--muted)", strokeDasharray: "4 4" }),
          ...parts.flatMap(({ name, color, symbol, dx, rows }) => [
            Plot.ruleX(rows, { x: "forecast", y1: "band.low", y2: "band.high", stroke: color, strokeOpacity: 0.35, strokeWidth: 5, dx }),
            Plot.lineY(rows, { x: "forecast", y: "observed", stroke: color, dx }),
            Plot.dot(rows, { x: "forecast", y: "observed", fill: color, symbol, r: 5, dx,
              title: (d) => `${name === "" ? "" : `${name}: `}said ${percent(d.forecast)}, happened ${percent(d.observed)} of ${d.n}` }),
          ]),
        ] }) };
    },
  };
}

/** Chance by date with its limits, ways out stacked below it. */
function curve(table, value) {
  const routes = routeNames.filter((name) => table.columns.includes(name));
  const rows = () => table.rows.map((row) => ({ ...row, at: day(row.date) }));
  return {
    title: "Chance to have left office by each date, by way out, with limits",
    rows: () => table.rows,
    draw(doc, width) {
      const long = rows().flatMap((row) => routes.map((route) => ({ at: row.at, route, p: row[route] })));
      const legend = routes.map((label) => ({ label, color: routeColor(label) }));
      return { legend: [...legend, { label: "all, with limits", color: "var(--fg)", dash: "none" }],
        node: plot({ width, height: narrow(width) ? 250 : 320, marginTop: 26, y: { percent: true, label: "chance, %", zero: true },
          x: { type: "utc", label: null }, marks: [
            Plot.areaY(long, { x: "at", y: "p", z: "route", order: routes, fill: (d) => routeColor(d.route), stroke: "var(--bg)", strokeWidth: 0.8 }),
            Plot.areaY(rows(), { x: "at", y1: "conf.low", y2: "conf.high", fill: "var(--fg)", fillOpacity: 0.2 }),
            Plot.lineY(rows(), { x: "at", y: value, stroke: "var(--fg)", strokeWidth: 2 }),
          ] }) };
    },
  };
}

const isText = (table, key) => table.rows.some((row) => typeof row[key] === "string");

const all = "(all)"; // the class of a row over all classes

/** The columns that name a row: the first two texts before its value, its class, and which score it is. */
function namesOf(table, value) {
  const texts = table.columns.slice(0, table.columns.indexOf(value)).filter((key) => isText(table, key));
  return texts.filter((key, i) => i < 2 || key === "class" || key === "score");
}

/** One value per row with its limits. */
function intervals(table, value, low = "conf.low", high = "conf.high") {
  const keys = namesOf(table, value);
  const rows = table.rows.slice(0, maxRows).map((row, i) => ({ ...row, order: i,
    label: keys.map((key) => row[key]).filter((text) => text !== null && text !== all).join(", ") }));
  const isChance = /^p(\.\d|$)/.test(value);
  const what = isChance ? `chance${value === "p" ? "" : ` within ${value.slice(2)}`}` : value.replaceAll(".", " ");
  const shown = rows.length < table.rows.length ? `; the first ${rows.length} of ${table.rows.length}` : "";
  return {
    title: `${table.title}: ${what}, with limits${shown}`,
    rows: () => table.rows,
    draw(doc, width) {
      const names = labels(rows, (row) => row.order, (row) => row.label, width);
      return { node: plot({ width, height: rowsHeight(rows.length, names.row), marginLeft: names.margin, marginRight: 20,
        x: { label: isChance ? `${what}, %` : what, percent: isChance, grid: true, zero: rows.every((row) => !(row[low] < 0)) },
        y: { type: "band", domain: rows.map((row) => row.order), label: null, tickFormat: names.of, tickSize: 0 }, marks: [
          ...(rows.some((row) => row[low] < 0) ? [Plot.ruleX([0], { stroke: "var(--muted)" })] : []),
          Plot.ruleY(rows, { y: "order", x1: low, x2: high, stroke: "var(--prior)", strokeWidth: 3 }),
          Plot.dot(rows, { x: value, y: "order", fill: "var(--forecast)", r: 5, title: "label" }),
        ] }) };
    },
  };
}

/** A score per forecaster: smaller is better. */
function scores(table, value) {
  const rows = table.rows.slice(0, maxRows).map((row, i) => ({ ...row, order: i,
    label: namesOf(table, value).map((key) => row[key]).filter((text) => text !== all).join(", ") }));
  const word = value === "brier" ? "Brier" : value.toUpperCase();
  return {
    title: `${table.title}: ${word} score, smaller is better`,
    rows: () => table.rows,
    draw(doc, width) {
      const names = labels(rows, (row) => row.order, (row) => row.label, width);
      return { node: plot({ width, height: rowsHeight(rows.length, names.row), marginLeft: names.margin, marginRight: 12,
        x: { label: word, zero: true, grid: true, insetRight: 54 },
        y: { type: "band", domain: rows.map((row) => row.order), label: null, tickFormat: names.of, tickSize: 0 },
        marks: [Plot.barX(rows, { x: value, y: "order", fill: "var(--prior)", insetTop: names.inset, insetBottom: names.inset }),
          Plot.text(rows, { x: value, y: "order", text: (d) => d[value]?.toFixed(4) ?? "", dx: 6, textAnchor: "start" })] }) };
    },
  };
}

export function tableChart(name, doc) {
  const table = doc.data.tables?.[name];
  if (table === undefined || table.rows.length === 0) return undefined;
  const has = (...keys) => keys.every((key) => table.columns.includes(key));
  if (has("forecast", "observed", "band.low")) return calibration(table);
  const before = table.columns.slice(0, Math.max(0, table.columns.indexOf("conf.low")));
  const value = before.filter((key) => key !== "std.error").pop();
  if (has("date", "conf.low", "death")) return curve(table, value);
  if (has("conf.low", "conf.high") && table.columns.some((key) => isText(table, key))) return intervals(table, value);
  const chance = table.columns.find((key) => /^p\.\d/.test(key)); // p.52w, low.52w, high.52w
  if (chance !== undefined) return intervals(table, chance, chance.replace("p", "low"), chance.replace("p", "high"));
  const score = table.columns.find((key) => key === "brier" || key === "crps");
  return score === undefined ? undefined : scores(table, score);
}
