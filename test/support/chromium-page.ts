/** One page of a Chromium under test: what it shows, what it asks for, what it complains of. */

import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { DevToolsEvent, Send } from "./chromium.ts";

/** Keys by the names that the browser gives them: their codes, and the text that they type. */
const keys: Readonly<Record<string, readonly [code: number, text?: string]>> = {
  Tab: [9],
  Enter: [13, "\r"],
  " ": [32, " "],
};

const shift = 8;

/** A node of the accessibility tree, as far as it is looked at. */
interface AxNode {
  readonly ignored: boolean;
  readonly role?: { readonly value: string };
  readonly name?: { readonly value: string };
}

/** A page. It notes every request and every complaint from the start. */
export class ChromiumPage {
  /** URLs by the ids of their requests. */
  readonly #asked = new Map<string, string>();
  /** URLs that the page's own policy kept from being asked for. */
  readonly blocked: string[] = [];
  /** Errors, exceptions, dialogs, everything on the console, and breaches of the policy. */
  readonly complaints: string[] = [];
  readonly send: Send;
  #loaded: () => void = () => {};

  constructor(send: Send) {
    this.send = send;
  }

  /** Every URL that was asked for. */
  get requests(): readonly string[] {
    return [...this.#asked.values()];
  }

  async begin(): Promise<void> {
    for (const domain of ["Page", "Network", "Runtime", "Log", "Audits"]) {
      await this.send(`${domain}.enable`);
    }
    await this.resize(1_280, 900);
  }

  hear({ method, params }: DevToolsEvent): void {
    if (method === "Page.loadEventFired") this.#loaded();
    if (method === "Network.requestWillBeSent") {
      this.#asked.set(String(params.requestId), (params.request as { url: string }).url);
    }
    if (method === "Network.loadingFailed" && params.blockedReason === "csp") {
      const id = String(params.requestId);
      this.blocked.push(this.#asked.get(id) ?? "");
      this.#asked.delete(id);
    }
    if (method === "Page.javascriptDialogOpening") {
      void this.send("Page.handleJavaScriptDialog", { accept: false });
    }
    if (complaining.test(method)) this.complaints.push(`${method}: ${JSON.stringify(params)}`);
  }

  /** Opens a URL and waits until all of it is there. */
  async open(url: string): Promise<void> {
    const loaded = new Promise<void>((resolve) => {
      this.#loaded = resolve;
    });
    await this.send("Page.navigate", { url });
    await loaded;
  }

  /** Evaluates an expression in the page, waits for it, and gives its value as JSON has it. */
  async evaluate<T>(expression: string): Promise<T> {
    const { result, exceptionDetails } = await this.send("Runtime.evaluate", {
      expression,
      awaitPromise: true,
      returnByValue: true,
    });
    if (exceptionDetails !== undefined) {
      throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    }
    return result.value as T;
  }

  /** Waits until the page has painted what was done to it. */
  async settle(): Promise<void> {
    await this.evaluate(
      "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))",
    );
  }

  /** Presses a key, with shift where its name begins with `Shift+`. */
  async press(name: string): Promise<void> {
    const modifiers = name.startsWith("Shift+") ? shift : 0;
    const key = name.replace("Shift+", "");
    const [windowsVirtualKeyCode, text] = keys[key] ?? [key.toUpperCase().charCodeAt(0), key];
    const stroke = { key, windowsVirtualKeyCode, modifiers };
    await this.send("Input.dispatchKeyEvent", { ...stroke, type: "keyDown", text });
    await this.send("Input.dispatchKeyEvent", { ...stroke, type: "keyUp" });
    await this.settle();
  }

  /** Types a text where the focus is. */
  async type(text: string): Promise<void> {
    await this.send("Input.insertText", { text });
    await this.settle();
  }

  async resize(width: number, height: number): Promise<void> {
    const metrics = { width, height, deviceScaleFactor: 1, mobile: false };
    await this.send("Emulation.setDeviceMetricsOverride", metrics);
  }

  async prefer(scheme: "light" | "dark"): Promise<void> {
    const features = [{ name: "prefers-color-scheme", value: scheme }];
    await this.send("Emulation.setEmulatedMedia", { features });
    await this.settle();
  }

  /** What a screen reader is told: the role and the name of everything that is not ignored. */
  async roles(): Promise<readonly { role: string; name: string }[]> {
    const { nodes } = (await this.send("Accessibility.getFullAXTree")) as { nodes: AxNode[] };
    return nodes
      .filter(({ ignored }) => !ignored)
      .map(({ role, name }) => ({ role: role?.value ?? "", name: name?.value ?? "" }));
  }

  /** Writes a picture of the page's first `height` pixels. */
  async screenshot(path: string, height: number): Promise<void> {
    const width = await this.evaluate<number>("innerWidth");
    const { data } = await this.send("Page.captureScreenshot", {
      captureBeyondViewport: true,
      clip: { x: 0, y: 0, width, height, scale: 1 },
    });
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, Buffer.from(data, "base64"));
  }
}

const complaining =
  /^(?:Runtime\.(?:exceptionThrown|consoleAPICalled)|Log\.entryAdded|Audits\.issueAdded|Page\.javascriptDialogOpening)$/;
