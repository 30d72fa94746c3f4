/** What is said of a workload and its pods, word for word, from facts alone. */

import { describe, expect, test } from "vitest";
import type { Pod } from "../../../src/core/cluster/pod.ts";
import { rolloutVerdict } from "../../../src/core/cluster/rollout.ts";
import type { ExpectedImage } from "../../../src/core/cluster/rollout-images.ts";
import type { Condition, Workload } from "../../../src/core/cluster/workload.ts";
import { asDigest, asTag, type Tag } from "../../../src/core/ids.ts";
import { parseImageName } from "../../../src/core/image-ref.ts";

const [ours, other] = ["1", "2"].map((digit) => asDigest(`sha256:${digit.repeat(64)}`)!);
const expected: ExpectedImage = {
  ...{ image: parseImageName("acme/web")!, tag: asTag("sha-2222222")! },
  digests: [ours!],
};
const newer = new Set<Tag>([asTag("sha-3333333")!]);
const workload: Workload = {
  ...{ kind: "Deployment", name: "web", namespace: "x", generation: 1, observedGeneration: 1 },
  containers: [{ name: "app", image: "acme/web:sha-2222222" }],
  counts: { desired: 1, updated: 1, total: 1, available: 1 },
  ...{ partition: 0, updateRevision: "", isByHand: false, isPaused: false, conditions: [] },
  ...{ podSelector: "", uid: "" },
};
const container = (image: string, name = "app", digest = ours) => ({ name, image, digest });
const podOf = (...containers: readonly ReturnType<typeof container>[]): Pod => {
  return { name: "web-1", containers, revisionHash: "", troubles: [], awaited: "" };
};
const pod = podOf(container("acme/web:sha-2222222"));

function said(
  state: Partial<Workload>,
  pods: readonly Pod[] = [pod],
  wanted: readonly ExpectedImage[] = [expected],
): string {
  const facts = { workload: { ...workload, ...state }, pods, expected: wanted, newer };
  const verdict = rolloutVerdict(facts);
  const hint = "hint" in verdict ? ` ${verdict.hint}` : "";
  return `${verdict.kind}: ${verdict.detail}${hint && `.${hint}`}`;
}
const app = (image: string, name = "app") => ({ name, image });

describe("a template", () => {
  test("with two images of ours, of which one is newer, names both tags", () => {
    const containers = [app("acme/web:sha-2222222"), app("acme/web:sha-3333333", "job")];
    const both = podOf(container("acme/web:sha-2222222"), container("acme/web:sha-3333333", "job"));
    expect(said({ containers }, [both])).toBe("done: 1 of 1 pods run sha-2222222, sha-3333333");
  });

  test("with none of ours names what it has", () => {
    const containers = [app("nginx:1"), app("not an image", "job")];
    expect(said({ containers })).toBe(
      'failed: none of its 2 containers has one of our images; it has "nginx:1", "not an image". Leave it out of verify.rollout.workloads, or name its image in landfall.yaml.',
    );
  });

  test("with a digest is judged by its tag where no digest is known", () => {
    const image = `acme/web:sha-2222222@${other}`;
    const unknown = [{ ...expected, digests: [] }];
    const running = podOf(container(image));
    expect(said({ containers: [app(image)] }, [running], unknown)).toBe(
      "done: 1 of 1 pods run sha-2222222",
    );
    expect(said({ containers: [app(`acme/web@${other}`)] }, [running], unknown)).toBe(
      `waiting: its template still names "acme/web@${other}"`,
    );
  });
});

describe("a pod", () => {
  test("is judged by its digest where admission has put that in the tag's place", () => {
    const image = `mirror.internal/acme/web@${ours}`;
    expect(said({}, [podOf(container(image))])).toBe("done: 1 of 1 pods run sha-2222222");
    const strange = podOf(container(`acme/web@${other}`, "app", other));
    expect(said({}, [strange])).toMatch(/^waiting: pod web-1 still runs/);
  });

  test("that is in trouble is told before one that is only not ready", () => {
    const counts = { desired: 2, updated: 2, total: 2, available: 0 };
    const unready = { ...pod, awaited: "ContainersNotReady: [app]" };
    const sick = { ...pod, name: "web-2", troubles: ["migrate ended: Error, status 1"] };
    const left = "waiting: 0 of 2 pods are available; pod";
    expect(said({ counts }, [unready, sick])).toBe(`${left} web-2: migrate ended: Error, status 1`);
    expect(said({ counts }, [pod, unready])).toBe(`${left} web-1: ContainersNotReady: [app]`);
  });

  test("is judged by its container of the same name", () => {
    const pods = [podOf(container("nginx:1", "side", other), container("acme/web:sha-2222222"))];
    expect(said({}, pods)).toBe("done: 1 of 1 pods run sha-2222222");
  });

  test.each([
    [`acme/web:sha-2222222@${ours}`, `acme/web:sha-2222222@${other}`, "waiting"],
    [`acme/web:sha-2222222@${ours}`, `mirror/web:sha-2222222@${ours}`, "done"],
    ["acme/web:sha-2222222", "not an image", "waiting"],
    ["acme/web:sha-2222222", "acme/web:sha-1111111", "waiting"],
  ])("of a template with %s that has %s is %s", (image, running, kind) => {
    const detail =
      kind === "done"
        ? "done: 1 of 1 pods run sha-2222222"
        : `waiting: pod web-1 still runs "${running}"`;
    expect(said({ containers: [app(image)] }, [podOf(container(running))])).toBe(detail);
  });

  test("of another digest than the tag's failed, and says why", () => {
    expect(said({}, [podOf(container("acme/web:sha-2222222", "app", other))])).toBe(
      `failed: pod web-1 runs ${other}, but sha-2222222 is ${ours}. The tag was published again after a node had pulled it. Pin the digest too.`,
    );
  });

  test("of a newer revision may have any digest", () => {
    const containers = [app("acme/web:sha-3333333")];
    const pods = [podOf(container("acme/web:sha-3333333", "app", other))];
    expect(said({ containers }, pods)).toBe("done: 1 of 1 pods run sha-3333333");
  });
});

describe("past its deadline", () => {
  const of = (type: string, isTrue: boolean, reason: string): Condition => {
    return { type, isTrue, reason, message: "" };
  };
  const deadline = "ProgressDeadlineExceeded";
  test.each([
    [of("Progressing", false, deadline), true],
    [of("Progressing", true, deadline), false],
    [of("Progressing", false, "ReplicaSetUpdated"), false],
    [of("Available", false, deadline), false],
    [of("Available", false, "MinimumReplicasUnavailable"), false],
  ])("is a workload with %j: %s", (condition, is) => {
    const counts = { desired: 2, updated: 1, total: 2, available: 2 };
    expect(said({ counts, conditions: [condition] })).toBe(
      is
        ? "failed: ProgressDeadlineExceeded: 1 of 2 pods are new. Look at its pods' events and logs; go back with `landfall rollback`."
        : "waiting: 1 of 2 pods are new",
    );
  });
});

describe("of a StatefulSet", () => {
  const counts = { desired: 2, updated: 2, total: 2, available: 2 };
  const set = { kind: "StatefulSet", counts, updateRevision: "new" } as const;
  const old = { ...podOf(container("acme/web:sha-1111111")), revisionHash: "old" };

  test("without a partition, every pod that is to be seen counts", () => {
    const late = 'waiting: pod web-1 still runs "acme/web:sha-1111111"';
    expect(said(set, [{ ...pod, revisionHash: "new" }, old])).toBe(late);
  });

  test("whose partition is above all pods, none is to be new", () => {
    const none = { ...counts, updated: 0 };
    const apart = { ...set, counts: none };
    expect(said({ ...apart, partition: 2 }, [old])).toBe("done: 0 of 2 pods run sha-2222222");
    expect(said({ ...apart, partition: 3 }, [old])).toBe("done: 0 of 2 pods run sha-2222222");
    const one = { ...apart, counts: { ...counts, updated: 1 }, partition: 1 };
    expect(said(one, [old])).toBe("waiting: none of its pods is to be seen");
  });
});
