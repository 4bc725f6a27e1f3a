// Draws the charts of a page from the document in it. Without this script the tables are all there.
import { drawInto } from "./figure.js";
import { loadFont } from "./font.js";
import * as compare from "./compare.js";
import * as explain from "./explain.js";
import * as forecast from "./forecast.js";
import { explainProvenance, provenance } from "./provenance.js";
import { timeline } from "./timeline.js";
import { tableChart } from "./tables.js";

const charts = { ...forecast, ...compare, ...explain, explainProvenance, provenance, timeline };

function chartNamed(name, doc) {
  if (name.startsWith("table:")) return tableChart(name.slice("table:".length), doc);
  return charts[name];
}

/** The tables beside a chart are one click away; those without a chart stay open. */
function foldTables(figure) {
  for (let next = figure.nextElementSibling; next !== null && next.tagName !== "H2"; next = next.nextElementSibling)
    if (next.matches("details.data")) next.open = false;
}

function drawAll(doc) {
  for (const figure of document.querySelectorAll("figure[data-chart]")) {
    const chart = chartNamed(figure.dataset.chart, doc);
    if (chart === undefined || (chart.has && !chart.has(doc))) continue;
    drawInto(figure, chart, doc);
    foldTables(figure);
  }
}

const begin = performance.now();
loadFont();
// a name may not turn round the numbers that follow it
const text = document.getElementById("document").textContent.replace(/\\u(202[a-e]|206[6-9])/gi, "\\ufffd");
drawAll(JSON.parse(text));
document.documentElement.dataset.drawn = String(Math.round(performance.now() - begin));
