/** The model keeps to the contracts of the ports that it stands for. */

import type { CommitId } from "../../src/core/ids.ts";
import type { DeployLog, Remote } from "../../src/ports.ts";
import type { Choices } from "../../src/simulation/choices.ts";
import { ModelLog } from "../../src/simulation/model/deploy-log.ts";
import { ModelRemote } from "../../src/simulation/model/remote.ts";
import { ModelSource } from "../../src/simulation/model/source.ts";
import { World } from "../../src/simulation/world.ts";
import { deployLogContract } from "./deploy-log.contract.ts";
import { remoteContract } from "./remote.contract.ts";
import { type SourceShape, sourceHistoryContract } from "./source-history.contract.ts";
import { waitingRoomContract } from "./waiting-room.contract.ts";

const quiet: Choices = {
  ...{ injected: new Map(), choose: () => 0, strikes: () => false },
  ...{ lasts: (minMs) => minMs, unit: () => 0.5 },
};

type Files = Readonly<Record<string, string | undefined>>;

const bytesOf = (text: string) => new TextEncoder().encode(text);

function worldWith(files: Files, together = false) {
  const tree = new Map(Object.entries(files).map(([path, text]) => [path, bytesOf(text!)]));
  const source = new ModelSource();
  source.add("one");
  const world = new World({ tree, source, together }, quiet, "timed");
  world.enter("us");
  let made = 0;
  const change = async (more: Files): Promise<CommitId> => {
    made += 1;
    const changes = Object.entries(more).map(([path, text]) => {
      return { path, bytes: text === undefined ? undefined : bytesOf(text) };
    });
    const parent = world.server.tip;
    const message = `change ${made}\n`;
    world.server.force(world.objects.write({ parent, changes, message, atSeconds: made }), "else");
    return world.server.tip;
  };
  return { world, change };
}

/** Each call runs the world until it is answered. */
function settled<Port extends object>(port: Port, { scheduler }: World): Port {
  return new Proxy(port, {
    get(target, name) {
      const method = Reflect.get(target, name);
      if (typeof method !== "function") return method;
      return async (...asked: unknown[]) => {
        const task = Promise.resolve(method.apply(target, asked));
        scheduler.watch(task.catch(() => {}));
        await scheduler.run(10_000);
        return task;
      };
    },
  });
}

remoteContract("the model's branch", async (files) => {
  const { world, change } = worldWith(files);
  return {
    ...{ change, remote: settled<Remote>(new ModelRemote(world, "us"), world) },
    force: async (commit) => world.server.force(commit, "else"),
    tip: async () => world.server.tip,
  };
});

waitingRoomContract("the model's branch", async (files) => {
  const { world } = worldWith(files, true);
  world.enter("other");
  const deployer = (name: string) => {
    const remote = new ModelRemote(world, name);
    return { remote: settled<Remote>(remote, world), room: settled(remote.waiting!, world) };
  };
  return [deployer("us"), deployer("other")];
});

deployLogContract("the model's log", async (first, ...more) => {
  const { world, change } = worldWith(first);
  for (const files of more) await change(files);
  return settled<DeployLog>(new ModelLog(world, "us"), world);
});

sourceHistoryContract("the model's source", async (shape) => {
  const source = new ModelSource();
  const revisions = new Map<string, ReturnType<ModelSource["add"]>>();
  const of = (name: string) => revisions.get(name)!;
  const grow = async (more: SourceShape) => {
    for (const [name, ...parents] of more)
      revisions.set(name, source.add(name, ...parents.map(of)));
  };
  await grow(shape);
  return { history: source, of, grow };
});
