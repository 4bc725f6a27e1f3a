// Charts for documents that are named tables: which one suits is seen from the columns.
import * as Plot from "@observablehq/plot";
import { day, fold, foldMiddle, narrow, percent, plot, routeColor, routeNames } from "./common.js";

const colors = ["var(--forecast)", "var(--prior)", "var(--c2)", "var(--c5)", "var(--c0)", "var(--base)"];
const maxRows = 40;

function groups(rows, key) {
  const names = [...new Set(rows.map((row) => row[key]))];
  return { names, color: (row) => colors[names.indexOf(row[key]) % colors.length],
    legend: names.map((label, i) => ({ label: fold(label ?? "", 30), color: colors[i % colors.length] })) };
}

/** Forecast against observed shares, with the band in which a calibrated forecaster would lie. */
function calibration(table) {
  const by = isText(table, table.columns[0]) ? table.columns[0] : null;
  return {
    title: "Calibration: what happened, against what was said",
    rows: () => table.rows,
    draw(doc, width) {
      const { legend, color } = by === null ? { legend: [], color: colors[0] } : groups(table.rows, by);
      const size = Math.min(width, 520);
      return { legend, node: plot({ width: size, height: size * 0.85, marginLeft: 50,
        x: { percent: true, domain: [0, 100], label: "forecast, %" }, y: { percent: true, domain: [0, 100], label: "observed, %" },
        marks: [
          Plot.line([[0, 0], [1, 1]], { stroke: "var(--muted)", strokeDasharray: "4 4" }),
          Plot.ruleX(table.rows, { x: "forecast", y1: "band.low", y2: "band.high", stroke: color, strokeOpacity: 0.35, strokeWidth: 6 }),
          Plot.lineY(table.rows, { x: "forecast", y: "observed", z: by ?? (() => 0), stroke: color }),
          Plot.dot(table.rows, { x: "forecast", y: "observed", fill: color, r: 5,
            title: (d) => `${by === null ? "" : `${d[by]}: `}said ${percent(d.forecast)}, happened ${percent(d.observed)} of ${d.n}` }),
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

/** One value per row with its limits. */
function intervals(table, value, low = "conf.low", high = "conf.high") {
  const labels = table.columns.slice(0, table.columns.indexOf(value)).filter((key) => isText(table, key)).slice(0, 2);
  const rows = table.rows.slice(0, maxRows).map((row, i) => ({ ...row, order: i,
    label: labels.map((key) => row[key]).filter((text) => text !== null).join(", ") }));
  const isChance = /^p(\.\d|$)/.test(value);
  const what = isChance ? `chance${value === "p" ? "" : ` within ${value.slice(2)}`}` : value.replaceAll(".", " ");
  const shown = rows.length < table.rows.length ? `; the first ${rows.length} of ${table.rows.length}` : "";
  return {
    title: `${table.title}: ${what}, with limits${shown}`,
    rows: () => table.rows,
    draw(doc, width) {
      const name = (i) => foldMiddle(rows[i].label, narrow(width) ? 20 : 44);
      return { node: plot({ width, height: 50 + 26 * rows.length, marginLeft: narrow(width) ? 156 : 330, marginRight: 20,
        x: { label: isChance ? `${what}, %` : what, percent: isChance, grid: true, zero: rows.every((row) => !(row[low] < 0)) },
        y: { type: "band", domain: rows.map((row) => row.order), label: null, tickFormat: name, tickSize: 0 }, marks: [
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
    label: table.columns.slice(0, table.columns.indexOf(value)).filter((key) => isText(table, key)).map((key) => row[key]).join(", ") }));
  return {
    title: `${table.title}: ${value} score, smaller is better`,
    rows: () => table.rows,
    draw(doc, width) {
      return { node: plot({ width, height: 50 + 26 * rows.length, marginLeft: narrow(width) ? 156 : 260, marginRight: 60,
        x: { label: value, zero: true, grid: true },
        y: { type: "band", domain: rows.map((row) => row.order), label: null, tickFormat: (i) => fold(rows[i].label, narrow(width) ? 20 : 34), tickSize: 0 },
        marks: [Plot.barX(rows, { x: value, y: "order", fill: "var(--prior)", insetTop: 3, insetBottom: 3 }),
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
