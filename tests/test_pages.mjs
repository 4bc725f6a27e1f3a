// Pages in a headless Chromium: nothing on the console, nothing loaded, all charts there, every number equal to the JSON.
// usage: test_pages.mjs CHROMIUM FOLDER
import assert from "node:assert/strict";
import { readFileSync, existsSync } from "node:fs";
import { resolve } from "node:path";
import { test, after } from "node:test";
import { open } from "./browser.mjs";

const [program, folder] = process.argv.slice(2);
const browser = await open(program);
after(() => browser.close());

const forecastCharts = ["exit", "routes", "hazard", "successors", "waterfall", "provenance", "timeline", "drivers", "tripwires"];
const pages = {
  k: forecastCharts, other: forecastCharts, plain: forecastCharts.filter((chart) => chart !== "waterfall"), hostile: forecastCharts, large: forecastCharts,
  score: ["table:scores", "table:calibration"], base: ["table:exit", "table:hazards", "table:classes"],
  compare: ["compareExit", "compareDifference", "compareViews", "compareRoutes", "compareSuccessors"],
  series: ["series", "seriesRoutes", "seriesSuccessors"],
  explain: ["explainOrigins", "explainClaims", "explainTripwires", "explainDrivers", "explainSobol", "explainMatrix", "explainProvenance"],
  evil: ["explainOrigins", "explainClaims", "explainTripwires", "explainDrivers", "explainMatrix", "explainProvenance"],
  backtest: ["table:scores", "table:compare", "table:calibration"], world: ["table:world"],
};
const there = Object.keys(pages).filter((name) => existsSync(`${folder}/${name}.html`));
const json = (name) => JSON.parse(readFileSync(`${folder}/${name}.json`, "utf8"));
const show = (name) => browser.go("file://" + resolve(folder, `${name}.html`));
const documentText = "JSON.parse(document.getElementById('document').textContent)";
const near = (a, b, tolerance, what) => assert.ok(Math.abs(a - b) <= tolerance, `${what}: ${a} and ${b}`);

/** Every number shown, with the text of it. */
const shown = `[...document.querySelectorAll("data")].map((d) => [Number(d.value), d.textContent])`;

/** Whether a text is a rounding of the value as a number, percent, points or half an interval. */
function isRounding(value, text) {
  const digits = text.replace(/[±%\s]/g, "");
  const number = Number(digits);
  const decimals = (digits.split("e")[0].split(".")[1] ?? "").length;
  const unit = 10 ** (Number(digits.split("e")[1] ?? 0) - decimals);
  const scale = text.includes("±") ? [196] : text.includes("%") ? [100] : [1, 100];
  return scale.some((k) => Math.abs(k * value - number) <= 0.5001 * unit || (k === 196 && number === unit && k * value < unit));
}

for (const name of there) {
  test(`${name}: draws in silence and loads nothing`, async () => {
    await show(name);
    const bad = browser.events.filter(({ method, params }) => method === "Runtime.exceptionThrown" ||
      (method === "Runtime.consoleAPICalled" && params.type !== "log") ||
      (method === "Log.entryAdded" && params.entry.level !== "verbose"));
    assert.deepEqual(bad, []);
    const asked = browser.events.filter(({ method }) => method === "Network.requestWillBeSent")
      .map(({ params }) => params.request.url).filter((url) => !url.startsWith("data:"));
    assert.deepEqual(asked, [`file://${resolve(folder, name)}.html`]);
    const drawn = await browser.run(`[...document.querySelectorAll("figure[data-chart]:not([hidden])")]
      .filter((f) => f.querySelectorAll("svg path, svg rect, svg circle").length > 2).map((f) => f.dataset.chart)`);
    for (const chart of pages[name]) assert.ok(drawn.includes(chart), `${chart} among ${drawn}`);
    const [drawn_ms, load_ms] = await browser.run(`[Number(document.documentElement.dataset.drawn),
      Math.round(performance.getEntriesByType("navigation")[0].loadEventEnd)]`);
    console.log(`${name}: loaded in ${load_ms} ms, of these ${drawn_ms} ms to draw`);
  });

  test(`${name}: numbers equal the JSON`, async () => {
    await show(name);
    const page = await browser.run(documentText), want = json(name);
    delete page.data.manifest.command_line;
    delete want.manifest.command_line;
    delete want.tables?.forecasts; // thousands of rows; not on a page
    assert.deepEqual(page.data, want);
    const numbers = await browser.run(shown);
    assert.ok(numbers.length > 10);
    for (const [value, text] of numbers) assert.ok(isRounding(value, text), `${value} is shown as ${text}`);
  });

  test(`${name}: can be read by everybody`, async () => {
    for (const scheme of ["light", "dark"]) {
      await browser.send("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: scheme }] });
      await show(name);
      assert.deepEqual(await browser.run(contrasts), [], scheme);
    }
    await browser.send("Emulation.setEmulatedMedia", { features: [] });
    const found = await browser.run(`({
      lang: document.documentElement.lang, h1: document.querySelectorAll("h1").length,
      silent: [...document.querySelectorAll("svg[role=img]")].filter((s) => !s.getAttribute("aria-label")).length,
      nameless: [...document.querySelectorAll("button")].filter((b) => !b.getAttribute("aria-label")).length,
      captionless: [...document.querySelectorAll("table")].filter((t) => !t.caption?.textContent).length,
      headless: [...document.querySelectorAll("table")].filter((t) => !t.querySelector("th[scope]")).length })`);
    assert.deepEqual(found, { lang: "en", h1: 1, silent: 0, nameless: 0, captionless: 0, headless: 0 });
    await browser.send("Emulation.setDeviceMetricsOverride", { width: 360, height: 740, deviceScaleFactor: 1, mobile: true });
    await show(name);
    assert.equal(await browser.run("document.documentElement.scrollWidth <= innerWidth"), true, "wider than a phone");
    assert.deepEqual(await browser.run(cutTexts), [], "texts of charts beyond the edge of a phone");
    await browser.send("Emulation.clearDeviceMetricsOverride");
  });

  test(`${name}: figures can be saved whole`, async () => {
    await show(name);
    const saved = await browser.run(`(async () => {
      const blobs = [];
      URL.createObjectURL = (blob) => { blobs.push(blob); return "data:,"; };
      const names = [];
      HTMLAnchorElement.prototype.click = function () { names.push(this.download); };
      for (const button of document.querySelectorAll(".save button")) {
        const n = blobs.length;
        button.click();
        for (let i = 0; i < 200 && blobs.length === n; i++) await new Promise((done) => setTimeout(done, 10));
      }
      return Promise.all(blobs.map(async (b, i) => ({ name: names[i], type: b.type, size: b.size, text: b.type === "image/png" ? "" : await b.text() })));
    })()`);
    assert.equal(saved.length, 3 * await browser.run(`document.querySelectorAll(".save").length`));
    for (const { name: file, type, size, text } of saved) {
      assert.match(file, /^tenure(-[a-z]+)+\.(svg|png|csv)$/);
      if (type === "image/png") assert.ok(size > 5000, `a PNG of ${size} bytes`);
      else if (type === "text/csv") assert.match(text, /^[\w.]+(,[\w.]+)+\r\n/);
      else {
        assert.match(text, /^<svg [^>]*font-family/);
        assert.match(text, /tenure \d[^<]* · /);
        assert.match(text, /@font-face\{[^}]*font-weight:400[^}]*url\(data:font\/woff2;base64,/);
        assert.ok(!/var\(|currentColor/.test(text), "a colour of the page in a picture");
        assert.ok(!/(href|src)="?http/.test(text));
      }
    }
  });
}

// texts whose contrast is below 4.5 : 1 (WCAG 2, AA)
const contrasts = `(() => {
  const rgb = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((c) => c / 255).map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const back = (e) => {
    for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor); if (c.length < 4 || c[3] > 0) return c; }
    return [255, 255, 255];
  };
  const bad = new Set();
  for (const e of document.querySelectorAll("body *")) {
    if (![...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim()) || e.closest("script,style,title")) continue;
    const style = getComputedStyle(e);
    const fore = rgb(e instanceof SVGElement ? style.fill : style.color);
    const [a, b] = [light(fore), light(back(e))].sort((x, y) => y - x);
    if ((a + 0.05) / (b + 0.05) < 4.5) bad.add(e.tagName + ": " + e.textContent.slice(0, 40));
  }
  return [...bad];
})()`;

// texts of charts that begin or end outside the screen
const cutTexts = `[...document.querySelectorAll("figure svg text")].filter((e) => {
  const box = e.getBoundingClientRect();
  return box.width > 0 && (box.left < -1 || box.right > innerWidth + 1);
}).map((e) => e.textContent)`;

for (const name of there.filter((page) => pages[page].includes("exit"))) {
  test(`${name}: probabilities add up`, async () => {
    await show(name);
    const { data, curves } = await browser.run(documentText);
    const routes = new Set(data.question.routes);
    data.exit.forEach((row, h) => {
      const sum = data.routes.filter((r) => r.horizon === row.horizon && routes.has(r.route)).reduce((s, r) => s + r.p, 0);
      near(sum, row.p, 1e-9, `routes within ${row.horizon}`);
      const weeks = Math.round((Date.parse(row.date) - Date.parse(data.question.as_of)) / (7 * 86400000));
      near(curves.forecast.p[weeks - 1], row.p, 1e-12, "the curve");
      near(Object.values(curves.routes).reduce((s, c) => s + c.p[weeks - 1], 0), row.p, 1e-9, "the stack");
      near(curves.base_rate.p[weeks - 1], data.base_rate.exit[h].p, 1e-12, "the base rate");
    });
    near(data.successors.reduce((s, row) => s + row.p, 0), 1, 1e-9, "successors");
    const cells = await browser.run(`[...document.querySelectorAll("table")].find((t) => t.caption.textContent.startsWith("Chance to have left"))
      .querySelectorAll("tbody tr").values().map((tr) => [...tr.querySelectorAll("data")].map((d) => Number(d.value))).toArray()`);
    assert.deepEqual(cells, data.exit.map((row, h) => [data.base_rate.exit[h].p, data.prior.exit[h].p, row.p, row.se]));
    const pivot = data.exit.find((row) => row.horizon === data.question.pivot);
    assert.equal(await browser.run(`Number(document.querySelector("h1 data").value)`), pivot.p);
    // the stack as drawn: segments of one successor end where the share says
    const bars = await browser.run(`(() => {
      const figure = document.querySelector('figure[data-chart="successors"] svg svg');
      return [...figure.querySelectorAll('g[aria-label="bar"] rect')].map((r) => [r.y.baseVal.value, r.x.baseVal.value + r.width.baseVal.value, r.x.baseVal.value]);
    })()`);
    const ends = new Map();
    for (const [y, x] of bars) ends.set(y, Math.max(ends.get(y) ?? 0, x));
    const lengths = [...ends].sort((a, b) => a[0] - b[0]).map(([, x]) => x);
    const shares = data.successors.filter((row) => row.p > 0).sort((a, b) => b.p - a.p).slice(0, 14).map((row) => row.p);
    assert.equal(lengths.length, shares.length);
    const start = Math.min(...bars.map(([, , x]) => x));
    shares.forEach((p, i) => near((lengths[i] - start) / (lengths[0] - start), p / shares[0], 0.02, "a bar"));
  });
}

test("other: what is not asked for is not an answer", async () => {
  await show("other");
  const how = await browser.run(`document.querySelector(".card.how").textContent`);
  assert.ok(/coup/.test(how) && !/death|incapacity/.test(how), how);
  assert.ok(await browser.run(`document.getElementById("given") !== null`));
  await show("plain");
  assert.equal(await browser.run(`document.getElementById("given")`), null);
});

test("evil: texts of a case stay texts in an explanation", async () => {
  await show("evil");
  assert.equal(await browser.run("typeof hacked"), "undefined");
  assert.equal(await browser.run(`document.querySelectorAll("img").length`), 0);
  assert.equal(await browser.run(`document.querySelectorAll("script").length`), 2);
  assert.ok((await browser.run("document.title")).includes("</script><img src=x"));
});

test("hostile: texts of a case stay texts", async () => {
  const mark = "</script><img src=x onerror=hacked=1>";
  await show("hostile");
  assert.equal(await browser.run("typeof hacked"), "undefined");
  assert.equal(await browser.run(`document.querySelectorAll("img").length`), 0);
  assert.equal(await browser.run(`document.querySelectorAll("script").length`), 2);
  const title = await browser.run("document.title");
  assert.ok(title.startsWith("title " + mark) && title.includes("&amp;") && title.includes("\u2028"), title);
  const { data } = await browser.run(documentText);
  assert.ok(data.question.leader.startsWith("leader " + mark));
  const csv = await browser.run(`(async () => {
    let blob;
    URL.createObjectURL = (b) => { blob = b; return "data:,"; };
    HTMLAnchorElement.prototype.click = () => {};
    document.querySelector('figure[data-chart="provenance"] .save button:last-child').click();
    await new Promise((done) => setTimeout(done, 100));
    return blob.text();
  })()`);
  assert.ok(csv.includes('""'), "quotes are doubled");
});
