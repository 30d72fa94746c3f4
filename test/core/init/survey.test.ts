/** Repositories of several shapes, and the settings that init writes for them. */

import { describe, expect, test } from "vitest";
import { settingsText } from "../../../src/core/init/settings-text.ts";
import { survey } from "../../../src/core/init/survey.ts";
import { forgeOf, workflowsFor } from "../../../src/core/init/workflows.ts";
import { loadConfigText } from "../../../src/settings/config.ts";

type Files = Readonly<Record<string, string>>;

function lookAt(files: Files, origin = "https://github.com/acme/shop.git") {
  const all = Object.entries(files).map(([path, text]) => ({ path, text }));
  const found = survey({ files: all, origin, branch: "main" });
  // What is written is what Landfall reads, whatever was found.
  const config = loadConfigText("landfall.yaml", settingsText(found));
  return { found, config, forge: forgeOf(Object.keys(files), origin) };
}

const deployment = (image: string) => `apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  template:
    spec:
      containers:
        - name: web
          image: ${image}
`;

describe("one folder of manifests", () => {
  const { found, config } = lookAt({
    "k8s/prod/web.yaml": deployment("acme/web:sha-1a2b3c4"),
    "k8s/prod/worker.yaml": deployment('"acme/worker:sha-1a2b3c4" # ours'),
    "k8s/prod/redis.yaml": deployment("redis:7.2"),
    "k8s/prod/db.yaml": deployment("paradedb/paradedb:0.10.0-pg16"),
    "apps/web/Dockerfile": "FROM node\n",
    "apps/worker/docker/Dockerfile_worker": "FROM python\n",
    "node_modules/x/k8s.yaml": deployment("acme/never:sha-1a2b3c4"),
    "test/fixtures/a.yaml": deployment("acme/never:sha-1a2b3c4"),
  });

  test("what is tagged by commits is ours, the rest is left alone and named", () => {
    expect(found.images.map(({ name }) => name)).toEqual(["acme/web", "acme/worker"]);
    expect(found.foreign).toEqual(["redis", "paradedb/paradedb"]);
  });

  test("settings: format, folder, Dockerfiles below their contexts", () => {
    expect(config).toMatchObject({
      tag: "sha-{revision:7}",
      images: [
        { name: "acme/web", context: "apps/web", dockerfile: "Dockerfile" },
        { name: "acme/worker", context: "apps/worker", dockerfile: "docker/Dockerfile_worker" },
      ],
      manifests: { branch: "main", paths: ["k8s/prod"] },
    });
  });
});

test("kustomize overlays become environments, the first to be deployed first", () => {
  const kustomization = (tag: string) =>
    `resources: [../../base]\nimages:\n  - name: ghcr.io/acme/shop\n    newTag: ${tag}\n`;
  const { found, config, forge } = lookAt({
    "deploy/base/web.yaml": deployment("ghcr.io/acme/shop"),
    "deploy/overlays/production/kustomization.yaml": kustomization("0a1b2c3d4e5f"),
    "deploy/overlays/staging/kustomization.yaml": kustomization("1a1b2c3d4e5f"),
    Dockerfile: "FROM scratch\n",
    ".github/workflows/build.yml":
      "name: Build images\non: push\njobs: {}\n# docker/build-push-action ghcr.io/acme/shop\n",
  });
  expect(config.tag).toBe("{revision:12}");
  expect(config.images).toMatchObject([{ name: "ghcr.io/acme/shop", context: "." }]);
  expect(found.environments).toEqual([
    { name: "staging", paths: ["deploy/overlays/staging"] },
    { name: "production", paths: ["deploy/overlays/production"] },
  ]);
  expect(Object.keys(config.environments ?? {})).toEqual(["staging", "production"]);
  const [deploy, sync] = workflowsFor(forge, found, "1.2.3");
  expect(deploy?.path).toBe(".github/workflows/landfall.yml");
  expect(deploy?.text).toContain('workflows: ["Build images"]');
  expect(deploy?.text).toContain('promote --revision "$REVISION" --env staging');
  expect(deploy?.text).toMatch(/LANDFALL_REGISTRY_PASSWORD: \$\{\{ github\.token \}\}/);
  expect(sync?.text).toContain("landfall@1.2.3 sync --env production");
});

test("an environment that has not all of the images names its own", () => {
  const { config } = lookAt({
    "k8s/staging/web.yaml": deployment("acme/web:sha-1a2b3c4"),
    "k8s/staging/mock.yaml": deployment("acme/mock:sha-1a2b3c4"),
    "k8s/prod/web.yaml": deployment("acme/web:sha-1a2b3c4"),
  });
  expect(config.environments?.staging?.images).toBeUndefined();
  expect(config.environments?.prod?.images).toEqual(["acme/web"]);
});

test("values of a Helm chart, by file, on GitLab", () => {
  const values = (tag: string) =>
    `image:\n  repository: registry.gitlab.com/acme/shop/api\n  tag: "${tag}"\nreplicas: 2\n`;
  const { found, config, forge } = lookAt(
    {
      "chart/values-dev.yaml": values("v-1a2b3c4d"),
      "chart/values-prod.yaml": values("v-2a2b3c4d"),
      "chart/templates/web.yaml": deployment(
        "{{ .Values.image.repository }}:{{ .Values.image.tag }}",
      ),
      ".gitlab-ci.yml": "build:\n  script: docker push $CI_REGISTRY_IMAGE/api\n",
      "api/Dockerfile": "FROM go\n",
    },
    "git@gitlab.com:acme/shop.git",
  );
  expect(config.tag).toBe("v-{revision:8}");
  expect(config.environments).toMatchObject({
    dev: { manifests: { paths: ["chart/values-dev.yaml"] } },
    prod: { manifests: { paths: ["chart/values-prod.yaml"] } },
  });
  expect(forge).toBe("gitlab");
  const written = workflowsFor(forge, found, "1.2.3").map(({ path }) => path);
  expect(written).toEqual([".gitlab/landfall.yml", ".gitlab-ci.yml"]);
});

test("images that only a workflow names, with its own context and file", () => {
  const { found, config, forge } = lookAt(
    {
      "manifests/web.yaml": deployment("registry.example.org:5000/team/web:latest"),
      "manifests/job.yaml": deployment("registry.example.org:5000/team/job:v1.2.3"),
      "services/web/build/Dockerfile": "FROM node\n",
      "services/job/Containerfile": "FROM node\n",
      ".forgejo/workflows/ci.yml": `name: ci
jobs:
  build:
    steps:
      - uses: docker/build-push-action@v6
        with:
          context: services/web
          file: services/web/build/Dockerfile
          push: true
          tags: registry.example.org:5000/team/web:latest
      - run: docker build -f services/job/Containerfile -t registry.example.org:5000/team/job:v1 .
`,
    },
    "https://codeberg.org/other/repository.git",
  );
  expect(config.images).toMatchObject([
    {
      name: "registry.example.org:5000/team/web",
      context: "services/web",
      dockerfile: "build/Dockerfile",
    },
    {
      name: "registry.example.org:5000/team/job",
      context: ".",
      dockerfile: "services/job/Containerfile",
    },
  ]);
  expect(config.manifests?.paths).toEqual(["manifests"]);
  expect(forge).toBe("forgejo");
  const [deploy] = workflowsFor(forge, found, "1.2.3");
  expect(deploy?.path).toBe(".forgejo/workflows/landfall.yml");
  expect(deploy?.text).toContain("paths-ignore");
  expect(deploy?.text).not.toContain("workflow_run");
});

test("compose alone, and a monorepo of many folders", () => {
  expect(
    lookAt({ "compose.yaml": "services:\n  web:\n    image: acme/web:dev\n" }).config.images,
  ).toBeUndefined();
  const many = Object.fromEntries(
    ["a", "b", "c", "d", "e"].map((name) => [
      `services/${name}/k8s/app.yaml`,
      deployment(`ghcr.io/acme/${name}:main-1a2b3c4`),
    ]),
  );
  const { config } = lookAt(many);
  expect(config.images?.length).toBe(5);
  expect(config.manifests?.paths).toEqual(["services"]);
  expect(config.tag).toBe("main-{revision:7}");
});

test("nothing at all: a file that says what to fill in", () => {
  const { config, found } = lookAt({ "README.md": "" });
  expect(found.images).toEqual([]);
  expect(config).toMatchObject({ manifests: { branch: "main", paths: ["k8s"] } });
});

test("an Argo CD Application of this repository is named in the file", () => {
  const { found } = lookAt({
    "argocd/app.yaml":
      "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata:\n  name: shop-prod\nspec:\n  source:\n    repoURL: https://github.com/acme/shop\n",
  });
  expect(settingsText(found)).toContain("argocd: { app: shop-prod,");
});

describe("a repository that builds nothing", () => {
  const { found, config } = lookAt({
    "apps/web.yaml": deployment("registry.internal/shop/web:1.4.0"),
    "apps/db.yaml": deployment("quay.io/other/db:16"),
    "chart/values.yaml":
      "image:\n  registry: quay.io\n  repository: other/cache\n  tag: v3\n  pullPolicy: Always\n",
    "search/values.yaml": 'image: "docker.elastic.co/search/search"\nimageTag: "8.5.1"\n',
    // Named like an image, and nothing that a deploy would move.
    "apps/note.yaml":
      "kind: ConfigMap\ndata:\n  doc: |\n    image: acme/only-words:1.2.3\n    {{ x\n",
  });

  test("every image that is pinned is written down, as a guess", () => {
    const names = [
      ...["docker.elastic.co/search/search", "quay.io/other/cache", "quay.io/other/db"],
      "registry.internal/shop/web",
    ];
    expect(found.areGuessed).toBe(true);
    expect(found.images.map(({ name }) => name).sort()).toEqual(names);
    expect(config.images?.map(({ name }) => name).sort()).toEqual(names);
    expect(settingsText(found)).toContain("Delete those that others make");
  });
});

test("a manifest that no command can read is left out, by name", () => {
  const renamed = "images:\n  - name: acme/base\n    newName: acme/web\n";
  const { found, config } = lookAt({
    "k8s/web.yaml": deployment("acme/web:sha-1a2b3c4"),
    "k8s/broken.yaml": "a: [\nimage: acme/web:sha-1a2b3c4\n",
    "k8s/kustomization.yaml": renamed,
  });
  expect(found.unreadable).toEqual(["k8s/broken.yaml"]);
  expect(config.exclude).toEqual(["k8s/broken.yaml"]);
});
