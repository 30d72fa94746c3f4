/** A real Chromium without a window, driven over a pipe by the DevTools protocol. */

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { ChromiumPage } from "./chromium-page.ts";

const program = ["chromium", "google-chrome", "chromium-browser"].find(
  (name) => spawnSync(name, ["--version"]).status === 0,
);

export const chromiumIsHere = program !== undefined;

/** What the browser says by itself. */
export interface DevToolsEvent {
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly sessionId?: string;
}

/** Sends one command of the protocol, and gives its result. */
export type Send = (
  method: string,
  params?: object,
  // biome-ignore lint/suspicious/noExplicitAny: the protocol has hundreds of shapes
) => Promise<any>;

interface Reply {
  readonly id?: number;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

const flags = [
  "--headless=new",
  "--remote-debugging-pipe",
  "--no-first-run",
  "--no-default-browser-check",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-default-apps",
  "--disable-dev-shm-usage",
  "--disable-extensions",
  "--disable-gpu",
  "--disable-sync",
  "--force-color-profile=srgb",
  "--lang=en",
  // Chromium refuses to build its sandbox as root, which containers of CI run as.
  ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
];

/** Starts a browser with a profile of its own. `close` ends all its processes. */
export async function startChromium() {
  const profile = mkdtempSync(join(tmpdir(), "landfall-chromium-"));
  const child = spawn(program ?? "chromium", [...flags, `--user-data-dir=${profile}`], {
    stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"],
    // A group of its own, so that renderers and helpers end with it.
    detached: true,
  });
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const pipe = devTools(child);
  return {
    async newPage(): Promise<ChromiumPage> {
      const { targetId } = await pipe.send("Target.createTarget", { url: "about:blank" });
      const { sessionId } = await pipe.send("Target.attachToTarget", { targetId, flatten: true });
      const page = new ChromiumPage((method, params) => pipe.send(method, params, sessionId));
      pipe.listeners.set(sessionId, (event) => page.hear(event));
      await page.begin();
      return page;
    },
    async close(): Promise<void> {
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
      await ended;
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Messages are JSON, each ended by a zero byte: descriptor 3 is the browser's ear, 4 its mouth. */
function devTools(child: ChildProcess) {
  const [ear, mouth] = [child.stdio[3] as Writable, child.stdio[4] as Readable];
  const waiting = new Map<number, (reply: Reply) => void>();
  const listeners = new Map<string, (event: DevToolsEvent) => void>();
  let last = 0;
  let heard = "";
  mouth.setEncoding("utf8").on("data", (chunk: string) => {
    const messages = (heard + chunk).split("\0");
    heard = messages.pop() ?? "";
    for (const message of messages) hear(JSON.parse(message) as Reply & DevToolsEvent);
  });
  const hear = (message: Reply & DevToolsEvent) => {
    if (message.id === undefined) listeners.get(message.sessionId ?? "")?.(message);
    else waiting.get(message.id)?.(message);
  };
  const fail = (why: string) => {
    for (const answer of waiting.values()) answer({ error: { message: why } });
  };
  child.once("error", (error) => fail(error.message));
  child.once("close", () => fail("Chromium has ended"));
  // Writing to a browser that has just ended fails; the commands that wait have been told so.
  ear.on("error", () => {});
  const send = (method: string, params: object = {}, sessionId?: string) =>
    new Promise<never>((resolve, reject) => {
      last += 1;
      const id = last;
      waiting.set(id, ({ result, error }) => {
        waiting.delete(id);
        if (error === undefined) resolve(result as never);
        else reject(new Error(`${method}: ${error.message}`));
      });
      ear.write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    });
  return { send: send as (...all: [string, object?, string?]) => ReturnType<Send>, listeners };
}
