// A headless Chromium without any library: commands go over a pipe (--remote-debugging-pipe), messages end with a NUL.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
  "--disable-background-networking", "--disable-component-update", "--disable-default-apps", "--disable-extensions",
  "--hide-scrollbars", "--remote-debugging-pipe"];

/** Opens a browser with one empty page. `events` collects what the page does. */
export async function open(program) {
  const profile = mkdtempSync(join(tmpdir(), "tenure-browser-"));
  const child = spawn(program, [...flags, `--user-data-dir=${profile}`], { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] });
  const waiting = new Map(), events = [];
  let last = 0, rest = "", session, onEvent = () => {};
  child.stdio[4].setEncoding("utf8");
  child.stdio[4].on("data", (text) => {
    const parts = (rest + text).split("\0");
    rest = parts.pop();
    for (const part of parts) {
      const message = JSON.parse(part);
      if (message.id === undefined) {
        events.push(message);
        onEvent(message);
        continue;
      }
      const { resolve, reject } = waiting.get(message.id);
      waiting.delete(message.id);
      if (message.error) reject(new Error(message.error.message));
      else resolve(message.result);
    }
  });
  child.on("exit", () => waiting.forEach(({ reject }) => reject(new Error("the browser ended"))));
  const send = (method, params = {}) => new Promise((resolve, reject) => {
    waiting.set(++last, { resolve, reject });
    child.stdio[3].write(JSON.stringify({ id: last, method, params, sessionId: session }) + "\0");
  });
  const until = (method) => new Promise((resolve) => {
    onEvent = (message) => { if (message.method === method) resolve(message.params); };
  });
  const { targetId } = await send("Target.createTarget", { url: "about:blank" });
  session = (await send("Target.attachToTarget", { targetId, flatten: true })).sessionId;
  for (const domain of ["Page", "Runtime", "Network", "Log"]) await send(`${domain}.enable`);
  return {
    events, send,
    async go(url) {
      events.length = 0;
      const loaded = until("Page.loadEventFired");
      await send("Page.navigate", { url });
      await loaded;
      await this.run("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(1))))");
    },
    /** The value of an expression in the page. */
    async run(expression) {
      const { result, exceptionDetails } = await send("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true });
      if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
      return result.value;
    },
    async close() {
      const ended = new Promise((resolve) => child.on("exit", resolve));
      await send("Browser.close").catch(() => {});
      await ended;
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
