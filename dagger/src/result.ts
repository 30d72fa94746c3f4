/** What a command came to, as an object that a module can go on with. */

import { type Container, type Directory, type File, func, object } from "@dagger.io/dagger";
import { type Ran, reportsOf } from "./tool.js";

/** What of a result's JSON is read here. What each command prints is in its JSON Schema. */
interface Told {
  readonly outcome?: string;
  readonly verdict?: string;
  readonly commit?: string;
  readonly tag?: string;
  readonly images?: readonly ToldImage[];
  readonly commits?: readonly { readonly revision: string; readonly fate: string }[];
}
interface ToldImage {
  readonly image: string;
  readonly tag?: string;
  readonly digest?: string;
  readonly outcome?: string;
  readonly verdict?: string;
  readonly wanted?: { readonly tag: string; readonly digest?: string };
  readonly gap?: object;
}

/** One image of a result. */
@object()
export class ResultImage {
  /** Its name, without a tag. */
  @func() readonly name: string = "";
  /** The tag that it is about. */
  @func() readonly tag: string = "";
  /** Its digest, where the command knew it. */
  @func() readonly digest: string = "";
  /** What became of it or was found, for example moved or behind. */
  @func() readonly outcome: string = "";
}

/** What a command came to. */
@object()
export class Result {
  /** How it ended, for example landed, held, in-sync or verified. */
  @func() readonly outcome: string = "";
  /** The exit status of the command line. */
  @func() readonly exit: number = 0;
  /** The commit on the manifests branch, where one was made. */
  @func() readonly commit: string = "";
  /** The tag that was deployed, where it is one. */
  @func() readonly tag: string = "";
  /** The images, each with its digest and what became of it. */
  @func() readonly images: ResultImage[] = [];
  /** What was found to be lost: names of images for sync, revisions for audit. */
  @func() readonly gaps: string[] = [];
  /** The result for people. */
  @func() readonly text: string = "";
  /** The result as one JSON object. */
  @func() readonly json: string = "";
  readonly container!: Container;

  /** The summary in Markdown, as a step of a CI job shows it. */
  @func()
  summary(): File {
    return reportsOf(this.container).file("summary.md");
  }

  /** The report to look at, of sync and audit. */
  @func()
  html(): File {
    return reportsOf(this.container).file("report.html");
  }

  /** All reports, for a step of a CI job: summary.md, outputs, exit, result.json, report.html. */
  @func()
  reports(): Directory {
    const written = reportsOf(this.container).withNewFile("result.json", this.json);
    return written.withNewFile("exit", `${this.exit}\n`);
  }

  /** Fails with the command's own exit status, unless that is 0. */
  @func({ cache: "never" })
  async assertOk(): Promise<void> {
    if (this.exit === 0) return;
    // A status reaches the caller by the engine's own error alone, which only an exec brings about.
    await this.container
      .withExec(["node", "-e", again, String(this.exit)], { stdin: this.text })
      .sync();
  }
}

/** Repeats what a command said, and ends as it did. */
const again = `process.stderr.write(require("node:fs").readFileSync(0));
process.exitCode = Number(process.argv[1]);`;

/** Returns what a run came to. */
export function resultOf({ exit, text, json, container }: Ran): Result {
  const told = JSON.parse(json || "{}") as Told;
  const { images = [], commits = [] } = told;
  const tags = new Set(images.map(({ tag }) => tag));
  const behind = images.filter(({ gap }) => gap !== undefined).map(({ image }) => image);
  const lost = commits.filter(({ fate }) => fate === "gap").map(({ revision }) => revision);
  return Object.assign(new Result(), {
    ...{ exit, text, json, container, gaps: [...behind, ...lost] },
    outcome: told.outcome ?? told.verdict ?? "",
    commit: told.commit ?? "",
    tag: told.tag ?? (tags.size === 1 ? [...tags][0] : undefined) ?? "",
    images: images.map(imageOf),
  });
}

function imageOf({ image, wanted, ...told }: ToldImage): ResultImage {
  return Object.assign(new ResultImage(), {
    name: image,
    tag: told.tag ?? wanted?.tag ?? "",
    digest: told.digest ?? wanted?.digest ?? "",
    outcome: told.outcome ?? told.verdict ?? "",
  });
}
