// Origins at the left, those who pass things on between, the reader at the right. One line per pair;
// its width counts reports. Drawn with D3; Plot has no graphs.
import { create } from "d3";
import { cut, narrow } from "./common.js";
import { family, textSize, widthOf } from "./font.js";

const reader = "reader";

function stationsOf(report) {
  const hops = report.via.map((hop) => (hop.id === null ? `unnamed ${hop.reliability}` : hop.id));
  return [report.origin, ...hops, reader];
}

/** Nodes with a column each (the longest way to the reader decides) and counted links.
 *  paths: of each report, from its origin to the reader; sources: name and letter by id. */
function graphOf(paths, sources) {
  const links = new Map(), level = new Map([[reader, 0]]);
  for (const path of paths) {
    path.forEach((id, i) => level.set(id, Math.max(level.get(id) ?? 0, path.length - 1 - i)));
    for (let i = 0; i + 1 < path.length; i++) {
      const key = JSON.stringify([path[i], path[i + 1]]);
      links.set(key, (links.get(key) ?? 0) + 1);
    }
  }
  const first = new Set(paths.map((path) => path[0]));
  const top = Math.max(...level.values());
  const nodes = [...level].map(([id, n]) => ({ id, column: first.has(id) ? 0 : top - n,
    name: id === reader ? "you" : sources.get(id)?.name ?? id, letter: sources.get(id)?.reliability ?? "",
    reports: paths.filter((path) => path[0] === id).length }));
  return { top, nodes, links: [...links].map(([key, n]) => ({ from: JSON.parse(key)[0], to: JSON.parse(key)[1], n })) };
}

const rightMargin = 30;
const letterOf = (node) => (node.letter === "" ? "" : ` (${node.letter})`);

/** Room for the names of origins, at their left. */
function leftMargin(nodes, width) {
  const names = nodes.filter((node) => node.column === 0).map((node) => widthOf(node.name + letterOf(node)));
  return Math.min(narrow(width) ? 124 : 300, Math.max(40, ...names)) + 18;
}

function place({ nodes, top }, width) {
  const columns = Array.from({ length: top + 1 }, () => []);
  nodes.forEach((node) => columns[node.column].push(node));
  const most = Math.max(...columns.map((column) => column.length));
  const row = most > 40 ? 18 : 34, height = Math.max(120, most * row + 20);
  const left = leftMargin(nodes, width);
  columns.forEach((column, i) => column.forEach((node, k) => {
    node.x = top === 0 ? left : left + ((width - left - rightMargin) * i) / top;
    node.y = (height * (k + 0.5)) / column.length;
  }));
  return height;
}

function drawGraph(graph, width) {
  const height = place(graph, width);
  const at = new Map(graph.nodes.map((node) => [node.id, node]));
  const svg = create("svg").attr("width", width).attr("height", height).attr("overflow", "visible")
    .attr("font-family", family);
  for (const link of graph.links) {
    const a = at.get(link.from), b = at.get(link.to), middle = (a.x + b.x) / 2;
    svg.append("path").attr("d", `M${a.x},${a.y}C${middle},${a.y} ${middle},${b.y} ${b.x},${b.y}`)
      .attr("fill", "none").attr("stroke", "var(--prior)").attr("stroke-opacity", 0.55)
      .attr("stroke-width", Math.min(12, 1 + 1.5 * link.n))
      .append("title").text(`${a.name} to ${b.name}: ${link.n} report${link.n > 1 ? "s" : ""}`);
  }
  const left = leftMargin(graph.nodes, width), step = (width - left - rightMargin) / Math.max(1, graph.top);
  for (const node of graph.nodes) {
    const isOrigin = node.reports > 0, isFirst = isOrigin && node.column === 0;
    const g = svg.append("g").attr("transform", `translate(${node.x},${node.y})`);
    g.append("circle").attr("r", 6).attr("fill", isOrigin ? "var(--forecast)" : node.id === reader ? "var(--fg)" : "var(--prior)");
    const letter = letterOf(node);
    const text = cut(node.name, (isFirst ? left - 18 : 2 * step - 24) - widthOf(letter)) + letter;
    const label = g.append("text").attr("font-size", textSize).attr("fill", "var(--fg)").attr("stroke", "var(--bg)")
      .attr("stroke-width", 4).attr("paint-order", "stroke").text(text);
    // names of neighbouring columns stand above and below, out of each other's way
    if (isFirst) label.attr("text-anchor", "end").attr("x", -11).attr("dy", "0.35em");
    else label.attr("text-anchor", "middle").attr("dy", node.column % 2 === 1 ? -11 : 21);
  }
  return { legend: [{ label: "origin (reliability)", color: "var(--forecast)" }, { label: "passed on by", color: "var(--prior)" },
    { label: "you, the reader", color: "var(--fg)" }], node: svg.node() };
}

const title = "From whom to whom: an origin counts once, however many pass it on";

/** Of a forecast. */
export const provenance = {
  title,
  has: (doc) => doc.case.reports.length > 0,
  summary: (doc) => `${new Set(doc.case.reports.map((r) => r.origin)).size} origins, ${doc.case.reports.length} reports.`,
  rows: (doc) => doc.case.reports.map((report) => ({ report: report.id, date: report.date, origin: report.origin_name,
    reliability: report.reliability, passed_on_by: report.chain, claim: report.wording, quote: report.quote })),
  draw: (doc, width) => drawGraph(graphOf(doc.case.reports.map(stationsOf), new Map(doc.case.origins.map((row) => [row.id, row]))), width),
};

const rowsOf = (doc) => doc.data.tables?.provenance?.rows ?? [];
const direct = "heard directly";

/** Of an explanation, whose table names the stations. */
export const explainProvenance = {
  title,
  has: (doc) => rowsOf(doc).length > 0,
  rows: rowsOf,
  draw: (doc, width) => drawGraph(graphOf(rowsOf(doc).map((row) => [row.origin, ...(row.via === direct ? [] : row.via.split(" < ")), reader]), new Map()), width),
};
