/** Manifests that people could have written: real forms, mixed and disfigured by a seed. */

const images = ["ghcr.io/acme/api", "acme/api", "registry.example.org:5000/acme/api-web"];
const neighbours = ["ghcr.io/acme/api-web", "other/api", "ghcr.io/acme", "docker.io/acme/apis"];
const oldTags = ["sha-1111111", "sha-1111111", "1.4.0", "latest", "v2", "4081777", "0123abc"];
const newTags = [
  "sha-2222222",
  "v3",
  "4081778",
  "1e3",
  "0X1F4",
  "e118251",
  "2026-11-26",
  "x".repeat(128),
];
const oldDigest = `sha256:${"1234567890abcdef".repeat(4)}`;

/** Returns one mixture: what the file holds, and what it is asked to become. */
export function mixture(chance) {
  const image = chance.pick(images);
  const cast = { image, tag: chance.pick(oldTags), digest: oldDigest, chance };
  const count = 1 + chance.index(4);
  const documents = Array.from({ length: count }, () => documentOf(cast));
  const text = chance.pick(separators)(documents);
  const target = { tag: chance.pick(newTags), digest: `sha256:${"fedcba0987654321".repeat(4)}` };
  return { text: disfigured(text, chance), image, target };
}

/** Puts a file that somebody wrote through the same mill. */
export function disfiguredFile(text, chance) {
  return disfigured(text, chance);
}

const separators = [
  (documents) => documents.join("---\n"),
  (documents) => `---\n${documents.join("---\n")}`,
  (documents) => `# first\n---\n${documents.join("--- # next\n")}`,
  (documents) => `${documents.join("...\n---\n")}...\n`,
];

function documentOf(cast) {
  const { chance } = cast;
  const form = chance.pick(forms);
  const kind = chance.pick(["quiet", "quiet", "beside"]);
  const text = form({ ...cast, q: quoted(chance), scalar: scalarIn(chance) });
  // A second form can only stand beside one whose root is a mapping.
  if (kind === "quiet" || !/^[a-zA-Z]/.test(text)) return text;
  return `${text}${chance.pick(fillers)(cast)}`;
}

/** Quotes a text in one of the ways of YAML, or not at all. */
function quoted(chance) {
  const style = chance.index(5);
  return (text) => {
    if (style === 0) return `"${text}"`;
    if (style === 1) return `'${text}'`;
    return text;
  };
}

/** Writes a text that must be text: in quotes where it looks like a number. */
function scalarIn(chance) {
  const style = chance.pick(["", "'", '"']);
  return (text) => {
    const quote = style === "" && /^[\d.]+$|^\d+e\d+$/.test(text) ? '"' : style;
    return `${quote}${text}${quote}`;
  };
}

const pod = (containers, indent = "      ") =>
  "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: a\nspec:\n  template:\n    spec:\n" +
  `${indent}containers:\n${containers}`;

const forms = [
  ({ image, tag, q }) => pod(`        - name: a\n          image: ${q(`${image}:${tag}`)}\n`),
  ({ image, tag, q }) =>
    pod(`      - image: ${q(`${image}:${tag}`)} # ${image}:${tag}\n        name: a\n`),
  ({ image, tag, digest, q }) => pod(`        - image: ${q(`${image}:${tag}@${digest}`)}\n`),
  ({ image, digest, q }) => pod(`        - image: ${q(`${image}@${digest}`)}\n`),
  ({ image, tag, q }) => pod(`        - {name: a, image: ${q(`${image}:${tag}`)}, ports: []}\n`),
  ({ image, tag, chance }) =>
    pod(`        - image: ${chance.pick(neighbours)}:${tag}\n        - image: ${image}:${tag}\n`),
  ({ image, tag }) => pod(`        - image: "${image}:${tag}"# glued\n`),
  ({ image, tag }) => pod(`        - args: ["a\nb", 'c\n  d']\n          image: ${image}:${tag}\n`),
  ({ image, tag }) =>
    `apiVersion: batch/v1\nkind: CronJob\nspec: {jobTemplate: {spec: {template: {spec: {\n  containers: [\n    {image: "${image}:${tag}"}\n]}}}}}\n`,
  ({ image, tag }) =>
    `{"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [{"image": "${image}:${tag}"}]}}\n`,
  ({ image, tag }) =>
    `{"apiVersion":"v1","kind":"Pod","spec":{"containers":[{"image":"${image.replaceAll("/", "\\/")}:${tag}"}]}}\n`,
  ({ image, tag, scalar }) =>
    `image:\n  repository: ${image}\n  tag: ${scalar(tag)}\n  pullPolicy: Always\n`,
  ({ image, tag, scalar }) => `a:\n  image: {repository: ${image}, tag: ${scalar(tag)}}\n`,
  ({ image, tag, scalar }) => `Image:\n  Tag: ${scalar(tag)}\n  Repository: ${image}\n`,
  ({ image, tag, digest }) => `image:\n  repository: ${image}\n  tag: ${tag}@${digest}\n`,
  ({ image, tag, digest, scalar }) =>
    `image:\n  repository: ${image}\n  tag: ${scalar(tag)}\n  digest: ${digest}\n`,
  ({ image, tag, scalar }) => {
    const [registry, ...rest] = image.split("/");
    return `image:\n  registry: ${registry}\n  repository: ${rest.join("/")}\n  tag: ${scalar(tag)}\n`;
  },
  ({ image, tag, scalar }) => `image: ${image}\nimageTag: ${scalar(tag)}\n`,
  ({ image, tag, scalar }) =>
    `singleuser:\n  image:\n    name: ${image}\n    tag: ${scalar(tag)}\n`,
  ({ image, tag }) =>
    `x: &tag ${/^\d+$/.test(tag) ? `"${tag}"` : tag}\na: {repository: ${image}, tag: *tag}\nb:\n  repository: ${image}\n  tag: *tag\n`,
  ({ image, tag, scalar }) =>
    `a: &a\n  repository: ${image}\n  tag: ${scalar(tag)}\nb:\n  <<: *a\n  pullPolicy: Always\n`,
  ({ image, tag, scalar }) =>
    `kind: Kustomization\nimages:\n- name: ${image}\n  newTag: ${scalar(tag)}\n- name: other/api\n  newTag: ${scalar(tag)}\n`,
  ({ image, tag, scalar }) =>
    `kind: Kustomization\nimages:\n  - {name: api, newName: ${image}, newTag: ${scalar(tag)}}\n`,
  ({ image, digest }) => `images:\n- digest: ${digest}\n  name: ${image}\n`,
  ({ image, tag }) =>
    `apiVersion: argoproj.io/v1alpha1\nkind: Application\nspec:\n  source:\n    kustomize:\n      images:\n      - ${image}:${tag}\n      - api=${image}:${tag}\n`,
  ({ image, tag, scalar }) =>
    `apiVersion: argoproj.io/v1alpha1\nkind: Application\nspec:\n  source:\n    helm:\n      parameters:\n      - {name: image.repository, value: ${image}}\n      - name: image.tag\n        value: ${scalar(tag)}\n`,
  ({ image, tag }) =>
    `apiVersion: argoproj.io/v1alpha1\nkind: Application\nspec:\n  source:\n    helm:\n      values: |\n        # inner\n        image:\n          repository: ${image}\n          tag: ${tag}\n        other: x\n      releaseName: y\n`,
  ({ image, tag }) =>
    `apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nspec:\n  values:\n    image: {repository: ${image}, tag: "${tag}"}\n`,
  ({ image, tag, q }) =>
    `- op: replace\n  path: /spec/template/spec/containers/0/image\n  value: ${q(`${image}:${tag}`)}\n`,
  ({ image, tag }) =>
    `kind: Kustomization\npatches:\n- patch: |-\n    - op: replace\n      path: /spec/containers/0/image\n      value: ${image}:${tag}\n  target: {kind: Pod}\n`,
  ({ image, tag, q }) =>
    pod(
      `        - image: none/x:1\n          env:\n          - name: RELATED_IMAGE_A\n            value: ${q(`${image}:${tag}`)}\n`,
    ),
  ({ image, tag, q }) =>
    `apiVersion: tekton.dev/v1\nkind: Task\nspec:\n  params:\n  - name: image\n    default: ${q(`${image}:${tag}`)}\n  steps:\n  - image: $(params.image)\n`,
  ({ image, tag, q }) =>
    `apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nspec:\n  imageName: ${q(`${image}:${tag}`)}\n`,
  ({ image, tag }) => `services:\n  a:\n    image: \${IMAGE:-${image}:${tag}}\n`,
  ({ image, tag }) =>
    `apiVersion: v1\nkind: ConfigMap\ndata:\n  pod.yaml: |\n    containers:\n    - image: ${image}:${tag}\n  run.sh: |\n    docker run ${image}:${tag} sh\n`,
  ({ image, tag }) => pod(`        - image: >-\n            ${image}:${tag}\n`),
  ({ image, tag }) => `long: ${"word ".repeat(2_000)}\nspec: {image: ${image}:${tag}, kind: x}\n`,
];

const fillers = [
  ({ image, tag }) => `note: see ${image} for ${tag}\n`,
  ({ chance, tag }) => `decoy: {image: ${chance.pick(neighbours)}:${tag}}\n`,
  ({ tag }) => `version: ${JSON.stringify(tag)}\nlabels: {tag: ${JSON.stringify(tag)}}\n`,
  () => `text: "über\n  zwei 😀 Zeilen"\nfolded: >\n  a\n   b\n\n  c\n`,
  () => `twice: 1\nagain: {a: 1, a: 2}\n`,
  ({ image, tag }) => `# image: ${image}:${tag}\nempty:\n`,
  () => `list: [a,\nb, {c: d,\ne: f}\n]\n`,
  () => `tagged: !!str 0420\nnull: ~\n`,
];

/** Does to a text what editors, systems and people do. */
function disfigured(text, chance) {
  let result = text;
  if (chance.happens(0.15)) result = result.replaceAll("\n", "\r\n");
  else if (chance.happens(0.05))
    result = result.replaceAll("\n", (end, at) => (at % 2 === 0 ? "\r\n" : end));
  if (chance.happens(0.15)) result = `\uFEFF${result}`;
  if (chance.happens(0.2)) result = result.replace(/\r?\n$/, "");
  if (chance.happens(0.15))
    result = result.replace(/\n/g, (end) => (chance.happens(0.2) ? `${end}\n` : end));
  if (chance.happens(0.15))
    result = result.replace(
      /([\w'"])(\r?\n)/g,
      (_, last, end) => `${last}${chance.happens(0.2) ? "   " : ""}${end}`,
    );
  if (chance.happens(0.15))
    result = `# comment: ünïcödé 😀\n${result}`.replace(/^(# .*\n)\uFEFF/, "\uFEFF$1");
  return result;
}
