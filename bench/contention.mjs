/** N deployers of one branch at once, in three shapes. The truth is read from the remote. */

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { cli, git, median, openServer, run } from "./server.mjs";

const manifests = "infra/k8s/prod";
const three = ["frontend", "backend", "nginx"].map((name) => `ghcr.io/acme/${name}`);

/** What each deployer of a shape moves, and the files to begin with. */
const shapes = {
  /** N revisions of one app: three images, three files. */
  same: () => ({ files: deployments(three), jobs: () => ({ images: three, paths: [manifests] }) }),
  /** N apps, a file each. */
  fleet: (n) => ({
    files: deployments(apps(n)),
    jobs: (at) => ({ images: [apps(n)[at]], paths: [`${manifests}/app${at}.yml`] }),
  }),
  /** One kustomization with N entries. */
  overlay: (n) => ({
    files: {
      [`${manifests}/kustomization.yml`]: `kind: Kustomization\nimages:\n${apps(n)
        .map((name) => `  - name: ${name}\n    newTag: sha-0000000\n`)
        .join("")}`,
    },
    jobs: (at) => ({ images: [apps(n)[at]], paths: [`${manifests}/kustomization.yml`] }),
  }),
};

const apps = (n) => Array.from({ length: n }, (_, at) => `ghcr.io/acme/app${at}`);

function deployments(names) {
  const text = (name, image) =>
    `apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: ${name}\nspec:\n  template:\n` +
    `    spec:\n      containers:\n        - name: ${name}\n          image: ${image}:sha-0000000\n`;
  const file = (image) => image.split("/").at(-1);
  return Object.fromEntries(
    names.map((image) => [`${manifests}/${file(image)}.yml`, text(file(image), image)]),
  );
}

/** An edit with sed and one commit, as a deploy script has it; then the loop to be measured. */
const scripted = (loop) => `
git clone -q --depth=1 "$REMOTE" . && git config user.name b && git config user.email b@localhost
for image in $IMAGES; do
  file=$(grep -rl "$image" infra) || exit 9
  sed -i -E "\\|image: $image:| s|:sha-[0-9a-f]+|:$TAG|; \\|name: $image\\$| {n; s|sha-[0-9a-f]+|$TAG|}" $file
done
git commit -qam "chore(gitops): update image tags to $TAG" || exit 0
${loop}`;

/** How the peers push, told again in our own words: the algorithms only. */
const peers = {
  "no retry": scripted("git push -q origin main"),
  "rebase, 3 tries": scripted(
    "for i in 1 2 3; do git push -q origin main && exit 0; git pull -q --rebase origin main; done; exit 1",
  ),
  "the seed's": scripted(
    `for wait in 1 2 4; do
  git push -q origin main && break
  git pull -q --rebase origin main || exit 1
  sleep $wait
done
sleep 2; git ls-remote origin main | grep -q "$(git rev-parse HEAD)"`,
  ),
};

/** Deploys with Landfall. */
function landfall({ url, work }, job) {
  const words = ["promote", "--repository", url, "--source", work, "--revision", job.revision];
  for (const image of job.images) words.push("--image", `${image}=${job.tag}`);
  for (const path of job.paths) words.push("--path", path);
  return [process.execPath, [cli, ...words, "--no-image-check", "--quiet"]];
}

/** Lets N deployers race and returns the row of figures. */
export async function contend({ strategy, shape, n, delayMs, deployer }) {
  const { files, jobs } = shapes[shape](n);
  const world = await openServer({ files, delayMs });
  try {
    const plan = Array.from({ length: n }, (_, at) => {
      const revision = world.commit(`feat: change ${at}`);
      return { revision, tag: `sha-${revision.slice(0, 7)}`, ...jobs(at) };
    });
    world.publish();
    const base = git(world.bare, "rev-parse", "main");
    const startedMs = performance.now();
    const results = await Promise.all(
      plan.map((job, at) => {
        const cwd = join(world.root, `deployer-${at}`);
        mkdirSync(cwd);
        const env = { REMOTE: world.url, TAG: job.tag, IMAGES: job.images.join(" ") };
        const [command, args] =
          deployer?.(world, job) ??
          (strategy === "landfall" ? landfall(world, job) : ["bash", ["-c", peers[strategy]]]);
        return run(command, args, { cwd, env });
      }),
    );
    const wallMs = performance.now() - startedMs;
    const truth = judge(world.bare, { base, plan, results, shape });
    const { requests } = world.server.stats;
    const times = results.map(({ ms }) => ms);
    const seconds = (ms) => (ms / 1000).toFixed(1);
    return {
      strategy,
      shape,
      N: n,
      ...truth,
      "wall s": seconds(wallMs),
      "median s": seconds(median(times)),
      requests,
    };
  } finally {
    await world.close();
  }
}

/** Reads from the remote what became of every deploy, whatever the deployers say. */
function judge(bare, { base, plan, results, shape }) {
  const commits = git(bare, "rev-list", "--reverse", `${base}..main`).split("\n").filter(Boolean);
  const order = new Map(plan.map(({ tag }, at) => [tag, at]));
  const tagsAt = (commit) => {
    const shown = git(bare, "grep", "-hoE", "sha-[0-9a-f]{7}", commit, "--", manifests);
    return new Set(shown.split("\n"));
  };
  const landed = new Set();
  let newest = -1;
  let regress = 0;
  for (const commit of commits) {
    const found = [...tagsAt(commit)].flatMap((tag) => (order.has(tag) ? [order.get(tag)] : []));
    for (const at of found) landed.add(at);
    const top = Math.max(-1, ...found);
    if (shape === "same" && top < newest) regress += 1;
    newest = Math.max(newest, top);
  }
  const tip = tagsAt("main");
  const last = plan.at(-1)?.tag;
  const tipRight =
    shape === "same" ? tip.size === 1 && tip.has(last) : plan.every(({ tag }) => tip.has(tag));
  const overtaken = (at) => shape === "same" && !landed.has(at) && newest > at;
  const isFine = (at) => landed.has(at) || overtaken(at);
  const count = (test) => plan.filter((_, at) => test(at)).length;
  return {
    landed: landed.size,
    overtaken: count(overtaken),
    silentLoss: count((at) => results[at].code === 0 && !isFine(at)),
    loudLoss: count((at) => results[at].code !== 0 && !isFine(at)),
    falseAlarm: count((at) => results[at].code !== 0 && isFine(at)),
    regress,
    tipRight,
  };
}

export const strategies = ["landfall", ...Object.keys(peers)];
