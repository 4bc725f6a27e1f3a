#!/usr/bin/env node
// tools/screenshots PAGE.html FOLDER: the page on a desktop, a phone, in the dark, and in print. For people to look at.
import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { open } from "../tests/browser.mjs";

const [page, folder] = process.argv.slice(2);
const sizes = { desktop: [1280, false, "light"], phone: [390, true, "light"], dark: [1280, false, "dark"] };
const browser = await open(process.env.CHROMIUM ?? "chromium");
for (const [name, [width, mobile, scheme]] of Object.entries(sizes)) {
  await browser.send("Emulation.setDeviceMetricsOverride", { width, height: 900, deviceScaleFactor: 1, mobile });
  await browser.send("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: scheme }] });
  await browser.go("file://" + resolve(page));
  const { data } = await browser.send("Page.captureScreenshot", { captureBeyondViewport: true });
  writeFileSync(`${folder}/${name}.png`, Buffer.from(data, "base64"));
  console.log(name, "wider than the screen by", await browser.run("document.documentElement.scrollWidth - innerWidth"));
}
await browser.send("Emulation.clearDeviceMetricsOverride");
await browser.send("Emulation.setEmulatedMedia", { features: [] });
await browser.go("file://" + resolve(page));
const { data } = await browser.send("Page.printToPDF", { printBackground: true, preferCSSPageSize: true });
writeFileSync(`${folder}/print.pdf`, Buffer.from(data, "base64"));
await browser.close();
