/** Where secrets may be met while the program runs, and after it: in two environments, no more. */

import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import {
  openSecretWorld,
  type ProcessSeen,
  processIds,
  readTree,
  seeProcesses,
} from "../../support/secret-world.ts";

/** What was seen at each request, held while the servers looked, and all the time between. */
function openWatch() {
  const processes = new Map<string, ProcessSeen>();
  // The secrets are made later, so that nothing which runs already was started with them.
  const before = new Set(processIds());
  const texts: string[] = [];
  let places: readonly string[] = [];
  const lookAtProcesses = () => {
    // A process changes its name and its command line when it becomes another program.
    for (const seen of seeProcesses(before))
      processes.set(`${seen.pid} ${seen.name} ${seen.line}`, seen);
  };
  const timer = setInterval(lookAtProcesses, 10);
  onTestFinished(() => clearInterval(timer));
  return {
    watch: (directories: readonly string[]) => {
      places = directories;
    },
    look: () => {
      lookAtProcesses();
      texts.push(...places.map(readTree));
    },
    stop: () => clearInterval(timer),
    processes: () => [...processes.values()],
    text: () => texts.join("\n"),
  };
}

/** What prints what it does, when it is told to. Its own name is proof that it was. */
const talkative = {
  ...{
    DEBUG: "*",
    NODE_DEBUG: "http,https,net,tls,stream,undici,fetch,fs,dns",
    LANDFALL_DEBUG: "1",
  },
  ...{ GIT_TRACE: "1", GIT_TRACE_CURL: "1", GIT_CURL_VERBOSE: "1", GIT_TRACE_PACKET: "1" },
  ...{ GIT_TRACE_REDACT: "0", GIT_TRACE_SETUP: "1", GIT_TRANSFER_TRACE: "1", GIT_SSH_VARIANT: "x" },
  ...{ ACTIONS_STEP_DEBUG: "true", RUNNER_DEBUG: "1", VERBOSE: "1" },
};

test("the secrets of a promotion are in no command line, no file, and no environment but git's", async () => {
  const seen = openWatch();
  const world = await openSecretWorld({
    gitFault: () => {
      seen.look();
      return "pass";
    },
    registryFault: () => {
      seen.look();
      return "pass";
    },
  });
  seen.watch([world.home, world.box.temporary, world.box.root]);
  const ran = await world.promote();
  seen.stop();
  expect(ran, ran.err).toMatchObject({ status: 0 });

  const during = seen.processes();
  const text = `${seen.text()}\n${readTree(world.box.root)}`;
  const commits = await world.box.git(world.box.bare, "log", "--all", "-p", "--format=raw");
  for (const secret of world.spellings) {
    expect(during.filter(({ line }) => line.includes(secret))).toEqual([]);
    expect(text).not.toContain(secret);
    expect(commits).not.toContain(secret);
  }
  const holders = during.filter(({ environment }) =>
    world.spellings.some((secret) => environment.includes(secret)),
  );
  const known = ["dist/cli.js", "remote-http", "git"];
  const names = new Set(
    holders.map(({ line }) => known.find((name) => line.includes(name)) ?? line),
  );
  // Proof that all was looked at: the program, git, and git's own helper, at work.
  expect([...names].sort()).toEqual(["dist/cli.js", "git", "remote-http"]);
  expect(during.map(({ line }) => line).join("\n")).toMatch(/git push --porcelain/);
  expect(text).toMatch(/repositoryformatversion/);
  expect(readdirSync(world.box.temporary)).toEqual([]);
});

test("a secret that comes as a file is not even in the program's own environment", async () => {
  const seen = openWatch();
  const world = await openSecretWorld({
    gitFault: () => {
      seen.look();
      return "pass";
    },
  });
  const file = join(world.home, "token");
  writeFileSync(file, `${world.secrets.git}\n`, { mode: 0o600 });
  const more = { LANDFALL_GIT_TOKEN: "", LANDFALL_GIT_TOKEN_FILE: file };
  const ran = await world.promote(more);
  seen.stop();
  expect(ran, ran.err).toMatchObject({ status: 0 });
  const holders = seen
    .processes()
    .filter(({ environment }) =>
      world.spellings.slice(0, 3).some((one) => environment.includes(one)),
    )
    .map(({ name }) => name);
  expect(holders.length).toBeGreaterThan(0);
  expect(holders.filter((name) => !name.startsWith("git"))).toEqual([]);
});

test("no secret is printed, whoever is told to print what it does", async () => {
  const world = await openSecretWorld();
  const trace = join(world.box.root, "trace");
  const toFiles = { GIT_TRACE2: trace, GIT_TRACE2_EVENT: trace, GIT_TRACE_PACKFILE: trace };
  for (const flags of [[], ["--json", "--verbose"]]) {
    const ran = await world.promote({ ...talkative, ...toFiles }, flags);
    expect(ran.status, ran.err).toBe(0);
    expect(ran.err).toMatch(/simple-git/);
    expect(ran.err).toMatch(/^(?:NET|STREAM|UNDICI) \d+/m);
    for (const secret of world.spellings) expect(ran.out + ran.err).not.toContain(secret);
  }
  expect(existsSync(trace)).toBe(false);
});

test.each(["child_process", "*", "net,Child*"])(
  "with NODE_DEBUG=%s Node would print them, so nothing is run, and the way out is said",
  async (sections) => {
    const world = await openSecretWorld();
    const ran = await world.promote({ NODE_DEBUG: sections });
    expect(ran.status).toBe(2);
    expect(ran.err + ran.out).toMatch(/Cannot run git while NODE_DEBUG names child_process/);
    for (const secret of world.spellings) expect(ran.out + ran.err).not.toContain(secret);
    expect(world.box.stats.byKind["git-receive-pack:POST"]).toBeUndefined();
  },
);

test("a secret that a server repeats is blackened, also where its words are cut off", async () => {
  const world = await openSecretWorld();
  const { git } = world.secrets;
  // The longest words that are kept have 4096 characters: the token stands across that mark.
  for (const before of [4_040, 4_060, 4_075]) {
    world.box.addHook("pre-receive", `printf '%${before}s' '' | tr ' ' x; echo '${git}'; exit 1`);
    const ran = await world.promoteHere({}, ["--json"]);
    expect(ran.status).toBe(4);
    const { message } = JSON.parse(ran.out).failure as { message: string };
    expect(message).toMatch(/xxx/);
    expect(message).not.toContain(git.slice(0, 8));
  }
});

test.each([
  ["as it is", (secret: string) => secret],
  ["in base64", (secret: string) => Buffer.from(`robin:${secret}`).toString("base64")],
  ["across the end of what is shown", (secret: string) => `${"x".repeat(290)}${secret}`],
])("a password that a registry's token server repeats %s is blackened", async (_how, spell) => {
  const world = await openSecretWorld({
    registryFault: ({ path }) =>
      path.startsWith("/token")
        ? { status: 403, body: `no: ${spell(world.secrets.registry)}` }
        : "pass",
  });
  const ran = await world.promoteHere();
  expect(ran.status).toBe(1);
  expect(ran.out).toMatch(/answered 403: no: /);
  expect(ran.out).not.toContain(world.secrets.registry.slice(0, 8));
  for (const secret of world.spellings) expect(ran.out + ran.err).not.toContain(secret);
});
