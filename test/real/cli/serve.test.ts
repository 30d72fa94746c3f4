/** `landfall serve` over a real branch, and what it answers to whom. */

import { request } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openAppWorld } from "../../support/app-world.ts";
import { runCli } from "../../support/run-cli.ts";

let world: Awaited<ReturnType<typeof openAppWorld>>;
const stop = new AbortController();
let url = "";
let ended: Promise<number> | undefined;

beforeAll(async () => {
  world = await openAppWorld({ origin: "path" });
  const revision = await world.commit("feat: seen in a browser");
  await runCli(["promote", "--revision", revision], { cwd: world.app });
  const { main } = await import("../../../src/cli.ts");
  url = await new Promise((resolve, reject) => {
    ended = main(["serve", "--quiet"], {
      env: { PATH: process.env.PATH },
      cwd: world.app,
      out: (text) => resolve(text.trim()),
      err: (text) => reject(new Error(text)),
      outIsTerminal: false,
      signal: stop.signal,
    });
  });
});
afterAll(() => world.close());

function ask(path: string, { method = "GET", host }: { method?: string; host?: string } = {}) {
  return new Promise<{ status: number; headers: object; text: string }>((resolve, reject) => {
    const headers = host === undefined ? {} : { host };
    const sent = request(new URL(path, url), { method, headers }, async (response) => {
      const chunks = await response.toArray();
      const { statusCode: status = 0, headers } = response;
      resolve({ status, headers, text: Buffer.concat(chunks).toString("utf8") });
    });
    sent.on("error", reject).end();
  });
}

test("shows the page, which asks again by itself, and the same for programs", async () => {
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
  const page = await ask("/");
  expect(page).toMatchObject({
    status: 200,
    headers: { refresh: "300", "cache-control": "no-store" },
  });
  expect(page.text).toContain("feat: seen in a browser");
  expect(page.text).toMatch(/data-figure="deploys-per-day">[\d.]+</);
  expect(JSON.parse((await ask("/audit.json")).text)).toMatchObject({
    command: "audit",
    version: 1,
  });
  expect((await ask("/badge.svg")).text).toMatch(/^<svg /);
  expect((await ask("/nope")).status).toBe(404);
});

test("is only read, and by this machine's names alone", async () => {
  for (const method of ["POST", "PUT", "DELETE"]) {
    expect((await ask("/", { method })).status).toBe(405);
  }
  expect(await ask("/", { method: "HEAD" })).toMatchObject({ status: 200, text: "" });
  expect((await ask("/", { host: "attacker.example" })).status).toBe(421);
});

test("says what port and time it does not take, and what another program has", async () => {
  const { port } = new URL(url);
  for (const [argv, said] of [
    [["--port", "x"], /Cannot serve on port "x"/],
    [["--every", "1s"], /Cannot read again every 1s/],
    [["--port", port], /another program has it/],
  ] as const) {
    const { status, err } = await runCli(["serve", "--quiet", ...argv], { cwd: world.app });
    expect(status).toBe(2);
    expect(err).toMatch(said);
  }
});

test("ends when it is told to", async () => {
  stop.abort();
  expect(await ended).toBe(130);
  await expect(ask("/")).rejects.toThrow(/ECONNREFUSED|hang up/);
});
