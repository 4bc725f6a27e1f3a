// A figure: the chart with its title and legend in one SVG, so that a saved picture is whole, and
// buttons that save it. Colours are CSS variables; a saved picture gets those of paper.
import { create, symbol, symbolCircle, symbolDiamond, symbolSquare, symbolStar, symbolTriangle, symbolWye } from "d3";
import { cut } from "./common.js";
import { family, fontRules, textSize, widthOf } from "./font.js";

const paperWidth = 720; // of a saved picture
const pngScale = 3; // about 300 dots per inch at 6 inches

// one entry per colour: light, as on paper; the page's style has the dark ones
export const paper = {
  "--fg": "#1a1a1a", "--bg": "#ffffff", "--muted": "#595959", "--grid": "#d0d0d0",
  "--base": "#595959", "--prior": "#0072b2", "--forecast": "#c04a00", "--band": "#c04a00",
  "--c0": "#e69f00", "--c1": "#56b4e9", "--c2": "#009e73", "--c3": "#0072b2", "--c4": "#d55e00",
  "--c5": "#cc79a7", "--c6": "#f0e442", "--up": "#c04a00", "--down": "#0072b2",
};

const symbols = { circle: symbolCircle, square: symbolSquare, triangle: symbolTriangle, diamond: symbolDiamond, star: symbolStar, wye: symbolWye };

export const titleOf = (chart, doc) => (typeof chart.title === "function" ? chart.title(doc) : chart.title);

function linesOf(text, width) {
  const lines = [""];
  for (const word of text.split(" ")) {
    const last = lines[lines.length - 1];
    if (last !== "" && widthOf(`${last} ${word}`, 15, 600) > width) lines.push(word);
    else lines[lines.length - 1] = last === "" ? word : `${last} ${word}`;
  }
  return lines;
}

function legendInto(svg, legend, width, y) {
  let x = 0;
  for (const item of legend) {
    const size = 24 + widthOf(item.label) + 18;
    if (x > 0 && x + size > width) {
      x = 0;
      y += 20;
    }
    if (item.dash !== undefined) {
      svg.append("line").attr("x1", x).attr("x2", x + 18).attr("y1", y - 4).attr("y2", y - 4)
        .attr("stroke", item.color).attr("stroke-width", 2.5).attr("stroke-dasharray", item.dash);
    } else if (item.symbol !== undefined) {
      svg.append("path").attr("d", symbol(symbols[item.symbol], 80)()).attr("transform", `translate(${x + 10},${y - 5})`).attr("fill", item.color);
    } else {
      svg.append("rect").attr("x", x).attr("y", y - 11).attr("width", 16).attr("height", 12)
        .attr("fill", item.color).attr("stroke", "var(--fg)").attr("stroke-width", 0.5);
    }
    svg.append("text").attr("x", x + 23).attr("y", y).text(item.label);
    x += size;
  }
  return y + 14;
}

/** Title, legend and drawing in one SVG of that width. */
function compose(chart, doc, width) {
  const drawn = chart.draw(doc, width);
  const svg = create("svg").attr("xmlns", "http://www.w3.org/2000/svg").attr("role", "img")
    .attr("font-family", family).attr("font-size", textSize).attr("fill", "var(--fg)").attr("width", width);
  svg.attr("aria-label", `${titleOf(chart, doc)}. ${chart.summary ? chart.summary(doc) : ""} A table follows.`);
  let y = 16;
  for (const line of linesOf(titleOf(chart, doc), width)) {
    svg.append("text").attr("y", y).attr("font-weight", 600).attr("font-size", 15).text(line);
    y += 19;
  }
  if (drawn.legend?.length) y = legendInto(svg, drawn.legend, width, y + 2);
  const inner = drawn.node;
  inner.setAttribute("y", y);
  inner.setAttribute("aria-hidden", "true");
  inner.removeAttribute("class");
  const height = y + Number(inner.getAttribute("height"));
  svg.node().append(inner);
  return svg.attr("height", height).attr("viewBox", `0 0 ${width} ${height}`).node();
}

/** Of whom or what, and from when: a picture travels without its page. */
function sourceOf(doc) {
  const question = doc.data.question;
  return `tenure ${doc.data.manifest?.version ?? ""} · ${question ? `${question.leader}, forecast from ${question.as_of}` : doc.title}`;
}

/** The SVG as it goes onto paper: its own colours and background, no variables. */
function paperText(chart, doc) {
  const svg = compose(chart, doc, paperWidth);
  const box = svg.getAttribute("viewBox").split(" ").map(Number);
  box[3] += 18;
  svg.append(create("svg:text").attr("y", box[3] - 4).attr("font-size", 11).attr("fill", "var(--muted)")
    .text(cut(sourceOf(doc), paperWidth)).node());
  svg.setAttribute("viewBox", `-20 -8 ${box[2] + 40} ${box[3] + 16}`);
  svg.setAttribute("width", box[2] + 40);
  svg.setAttribute("height", box[3] + 16);
  const back = create("svg:rect").attr("x", -20).attr("y", -8).attr("width", "100%")
    .attr("height", "100%").attr("fill", paper["--bg"]).node();
  svg.prepend(create("svg:style").text(fontRules(svg.textContent)).node(), back);
  return new XMLSerializer().serializeToString(svg)
    .replace(/var\((--[a-z0-9]+)\)/g, (all, name) => paper[name] ?? all)
    .replaceAll("currentColor", paper["--fg"]);
}

function cell(value) {
  const text = value === null || value === undefined ? "" : String(value);
  const guarded = typeof value === "string" && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text; // no formulas
  return /[",\n\r]/.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded;
}

export function csvOf(rows) {
  if (rows.length === 0) return "";
  const keys = Object.keys(rows[0]);
  return [keys, ...rows.map((row) => keys.map((key) => row[key]))]
    .map((line) => line.map(cell).join(",")).join("\r\n") + "\r\n";
}

function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

export async function pngOf(text) {
  const image = new Image();
  image.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(text);
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = image.width * pngScale;
  canvas.height = image.height * pngScale;
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}

/** "compareExit": tenure-compare-exit. */
const fileName = (chart) => `tenure-${chart.replace(/([A-Z])/g, "-$1").toLowerCase().replace(/[^a-z0-9]+/g, "-")}`;

function buttonsOf(chart, doc, name) {
  const bar = document.createElement("div");
  bar.className = "save";
  const kinds = {
    SVG: async () => save(new Blob([paperText(chart, doc)], { type: "image/svg+xml" }), `${name}.svg`),
    PNG: async () => save(await pngOf(paperText(chart, doc)), `${name}.png`),
    CSV: async () => save(new Blob([csvOf(chart.rows(doc))], { type: "text/csv" }), `${name}.csv`),
  };
  for (const [kind, action] of Object.entries(kinds)) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = kind;
    button.setAttribute("aria-label", `Save "${titleOf(chart, doc)}" as ${kind}`);
    button.addEventListener("click", action);
    bar.append(button);
  }
  return bar;
}

export function drawInto(figure, chart, doc) {
  const holder = document.createElement("div");
  holder.className = "drawing";
  figure.hidden = false;
  figure.append(holder, buttonsOf(chart, doc, fileName(figure.dataset.chart)));
  let width = 0;
  const draw = () => {
    const now = Math.max(300, Math.min(860, Math.floor(figure.clientWidth)));
    if (now === width) return;
    width = now;
    holder.replaceChildren(compose(chart, doc, width));
  };
  draw();
  new ResizeObserver(() => requestAnimationFrame(draw)).observe(figure);
}
