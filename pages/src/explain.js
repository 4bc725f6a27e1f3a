// Charts of an explanation: origins, claims, drivers, tripwires, claims by ways out.
import * as Plot from "@observablehq/plot";
import { changeBars, tableRows } from "./changes.js";
import { idWords, labels, narrow, percent, plot, routeNames, rowsHeight, z95 } from "./common.js";

const claimOf = (d) => `${idWords(d["is.claimed"])} (${d.origin})`;
const has = (name) => (doc) => tableRows(name)(doc).length > 0;

export const explainOrigins = {
  title: "What each origin changed, and what its reports would as independent ones",
  has: has("origins"),
  rows: tableRows("origins"),
  draw(doc, width) {
    const rows = tableRows("origins")(doc).flatMap((d) => [{ label: d.origin, value: d.difference, se: d["std.error"] },
      ...(d["as.independent"] === null ? [] : [{ label: `… its ${d.reports} reports as independent`, value: d["as.independent"], se: d["as.independent.se"] ?? 0 }])]);
    return changeBars(rows, width, "change of the chance, points");
  },
};

export const explainClaims = {
  title: "What each claim changed",
  has: has("claims"),
  rows: tableRows("claims"),
  draw: (doc, width) => changeBars(tableRows("claims")(doc).map((d) => ({ label: claimOf(d),
    value: d.difference, se: d["std.error"] })), width, "change of the chance, points"),
};

export const explainDrivers = {
  title: "Swing of the forecast with each unknown parameter",
  has: has("drivers"),
  rows: tableRows("drivers"),
  draw: (doc, width) => changeBars(tableRows("drivers")(doc).slice(0, 14).map((d) => ({ label: d.meaning ?? d.parameter,
    value: d.difference, se: d["std.error"] })), width, "top third less bottom third, points"),
};

export const explainSobol = {
  title: "Share of the variance that each parameter answers for, without reports",
  has: (doc) => doc.data.tables?.drivers?.columns.includes("total") ?? false,
  rows: (doc) => tableRows("drivers")(doc).map((d) => ({ parameter: d.parameter, first_order: d["first.order"], first_se: d["first.se"], total: d.total, total_se: d["total.se"] })),
  draw(doc, width) {
    const rows = tableRows("drivers")(doc).filter((d) => d.total !== null).sort((a, b) => b.total - a.total).slice(0, 12);
    const kinds = [{ key: "first.order", se: "first.se", label: "alone (first order)", color: "var(--prior)", symbol: "diamond" },
      { key: "total", se: "total.se", label: "with its interactions (total)", color: "var(--forecast)", symbol: "circle" }];
    const names = labels(rows, (d) => d.parameter, (d) => d.meaning ?? d.parameter, width);
    return { legend: kinds, node: plot({ width, height: rowsHeight(rows.length, Math.max(34, names.row)), marginLeft: names.margin, marginRight: 20,
      x: { label: "share of variance, with 95 % limits", grid: true },
      y: { type: "band", domain: rows.map((d) => d.parameter), label: null, tickFormat: names.of, tickSize: 0 },
      marks: [Plot.ruleX([0]), ...kinds.flatMap((kind, k) => [
        Plot.ruleY(rows, { y: "parameter", dy: k === 0 ? -5 : 5, x1: (d) => d[kind.key] - z95 * d[kind.se], x2: (d) => d[kind.key] + z95 * d[kind.se], stroke: kind.color, strokeWidth: 2 }),
        Plot.dot(rows, { y: "parameter", dy: k === 0 ? -5 : 5, x: kind.key, fill: kind.color, symbol: kind.symbol, r: 5 }),
      ])] }) };
  },
};

const seenRoom = 58; // for the chance of the observation, beside its name

/** Rows of {observation, meaning, seen, yes, yesError, no}: where the forecast would go. */
function drawTripwires(all, width) {
  const rows = all.filter((d) => d.yes !== null && d.no !== null);
  const names = labels(rows, (d) => d.observation, (d) => idWords(d.observation), width);
  return { legend: [{ label: "if seen", color: "var(--forecast)", symbol: "circle" }, { label: "if not", color: "var(--prior)", symbol: "diamond" }],
    node: plot({ width, height: rowsHeight(rows.length, names.row) + 14, marginTop: 22, marginLeft: names.margin + seenRoom, marginRight: 20,
      x: { percent: true, label: "forecast then, %", zero: true, grid: true },
      y: { type: "band", domain: rows.map((d) => d.observation), label: null, tickFormat: names.of, tickSize: 0, tickPadding: seenRoom + 3 }, marks: [
        Plot.text(["chance"], { frameAnchor: "top-left", dx: -8, dy: -18, textAnchor: "end", fill: "var(--muted)" }),
        Plot.text(rows, { y: "observation", frameAnchor: "left", dx: -8, textAnchor: "end", text: (d) => percent(d.seen) }),
        Plot.ruleY(rows, { y: "observation", x1: "no", x2: "yes", stroke: "var(--muted)", strokeWidth: 2 }),
        Plot.ruleY(rows, { y: "observation", x1: (d) => Math.max(0, d.yes - z95 * d.yesError), x2: (d) => Math.min(1, d.yes + z95 * d.yesError), stroke: "var(--forecast)", strokeWidth: 1.5 }),
        Plot.dot(rows, { y: "observation", x: "no", fill: "var(--prior)", symbol: "diamond", r: 4 }),
        Plot.dot(rows, { y: "observation", x: "yes", fill: "var(--forecast)", r: 5,
          title: (d) => `${idWords(d.observation)}, ${d.meaning}: seen with ${percent(d.seen)}; then ${percent(d.yes)}, else ${percent(d.no)}` }),
      ] }) };
}

const tripwireTitle = "What could be seen next, its chance, and the forecast then";
const tripwireSummary = (rows) => rows.slice(0, 3).map((d) => `${idWords(d.observation)}: chance ${percent(d.seen)}, then ${percent(d.yes)}`).join("; ") + ".";
const ofTable = (doc) => tableRows("tripwires")(doc).map((d) => ({ observation: d.observation, meaning: d.meaning,
  seen: d["p.seen"], yes: d["if.seen"], yesError: d["if.seen.se"], no: d["if.not"] }));
const ofForecast = (doc) => (doc.data.tripwires ?? []).map((d) => ({ observation: d.observation, meaning: d.meaning,
  seen: d.p_seen, yes: d.if_seen, yesError: d.if_seen_se, no: d.if_not }));

export const explainTripwires = {
  title: tripwireTitle,
  has: has("tripwires"),
  summary: (doc) => tripwireSummary(ofTable(doc)),
  rows: tableRows("tripwires"),
  draw: (doc, width) => drawTripwires(ofTable(doc), width),
};

export const tripwires = {
  title: tripwireTitle,
  has: (doc) => ofForecast(doc).some((d) => d.yes !== null),
  summary: (doc) => tripwireSummary(ofForecast(doc)),
  rows: (doc) => doc.data.tripwires,
  draw: (doc, width) => drawTripwires(ofForecast(doc), width),
};

export const explainMatrix = {
  title: "Claims by ways out: how much likelier the claim is if it ends that way",
  has: has("matrix"),
  rows: tableRows("matrix"),
  draw(doc, width) {
    const ends = [...routeNames, "in.office"];
    const rows = tableRows("matrix")(doc).slice(0, 60);
    const cells = rows.flatMap((d) => ends.map((end) => ({ claim: d.claim, name: claimOf(d), end, value: d[end] })));
    const names = labels(rows, (d) => d.claim, claimOf, width, 250);
    const number = (value) => (Math.abs(value) < 0.005 ? "0" : (value < 0 ? "−" : "") + Math.abs(value).toFixed(2));
    const most = Math.max(0.1, ...cells.map((d) => Math.abs(d.value ?? 0)));
    const short = narrow(width);
    return { legend: [{ label: "likelier than in all worlds", color: "var(--up)" }, { label: "less likely", color: "var(--down)" }],
      node: plot({ width, height: 92 + names.row * rows.length, marginTop: 84, marginBottom: 8, marginLeft: names.margin, marginRight: short ? 12 : 40,
        x: { type: "band", domain: ends, axis: "top", label: null, tickRotate: short ? -70 : -45, tickSize: 0, tickFormat: (end) => (end === "in.office" ? "stays" : end) },
        y: { type: "band", domain: rows.map((d) => d.claim), label: null, tickFormat: names.of, tickSize: 0 },
        marks: [
          Plot.cell(cells, { x: "end", y: "claim", inset: 1, stroke: "var(--grid)", fill: (d) => ((d.value ?? 0) >= 0 ? "var(--up)" : "var(--down)"),
            fillOpacity: (d) => 0.75 * Math.abs(d.value ?? 0) / most,
            title: (d) => `${d.name}, ${d.end}: ${d.value === null ? "not known" : number(d.value)}` }),
          ...(short ? [] : [Plot.text(cells, { x: "end", y: "claim", text: (d) => (d.value === null ? "" : number(d.value)), fontSize: 11 })]),
        ] }) };
  },
};
