/**
 * What actors did before. What one does next follows from what it was answered, so exploring need
 * not run a use case again to see it do the same: only what is new is run.
 */

import type { PromotePorts } from "../../usecases/promote/promote.ts";
import type { SyncPorts } from "../../usecases/sync/request.ts";
import type { Spoken } from "./commands.ts";

type Ports = PromotePorts & SyncPorts;

/** What an actor asks of the world, whichever world that is. */
type Call = (ports: Ports) => Promise<unknown>;

/** A point in the life of an actor: what it asks there, and how it goes on after each answer. */
interface Moment {
  call?: Call;
  /** How it ended, where it asks nothing more. */
  end?: Spoken;
  readonly next: Map<string, Moment>;
}

/** What was answered, how late it was then, and a text that tells both from any other. */
interface RecordedAnswer {
  readonly given: PromiseSettledResult<unknown>;
  readonly nowMs: number;
  readonly key: string;
}

/** The lives of actors, from their beginning to whatever they were seen to do. */
export class CommandMemory {
  readonly #lives = new Map<string, Moment>();

  /**
   * Lives an actor's life in a world: from memory as long as it was lived before.
   *
   * @param name Tells the actor, its task and all that it may read without asking.
   */
  async live(name: string, ports: Ports, act: (ports: Ports) => Promise<Spoken>): Promise<Spoken> {
    const bornMs = ports.clock.nowMs();
    const key = `${bornMs} ${name}`;
    const birth = this.#lives.get(key) ?? { next: new Map() };
    this.#lives.set(key, birth);
    const heard: RecordedAnswer[] = [];
    for (let moment: Moment | undefined = birth; moment !== undefined; ) {
      if (moment.end !== undefined) return moment.end;
      if (moment.call === undefined) break;
      const answer = await ask(moment.call, ports);
      heard.push(answer);
      moment = moment.next.get(answer.key);
    }
    return relive({ birth, bornMs, heard }, ports, act);
  }
}

/** Runs the use case itself: first as it was answered already, then on, and keeps what it does. */
async function relive(
  { birth, bornMs, heard }: { birth: Moment; bornMs: number; heard: readonly RecordedAnswer[] },
  ports: Ports,
  act: (ports: Ports) => Promise<Spoken>,
): Promise<Spoken> {
  let moment = birth;
  let nowMs = bornMs;
  let count = 0;
  let turn: Promise<unknown> = Promise.resolve();
  async function answered(call: Call): Promise<unknown> {
    moment.call ??= call;
    const answer = heard[count] ?? (await ask(call, ports));
    count += 1;
    nowMs = answer.nowMs;
    const next = moment.next.get(answer.key) ?? { next: new Map() };
    moment.next.set(answer.key, next);
    moment = next;
    if (answer.given.status === "rejected") throw answer.given.reason;
    return answer.given.value;
  }
  /** What is asked at once is answered one after the other, so that there is one order of it. */
  function through<Value>(call: (ports: Ports) => Promise<Value>): Promise<Value> {
    const mine = turn.then(() => answered(call)) as Promise<Value>;
    turn = mine.catch(() => {});
    return mine;
  }
  const end = await act(watched(ports, through, () => nowMs));
  moment.end = end;
  return end;
}

type Through = <Value>(call: (ports: Ports) => Promise<Value>) => Promise<Value>;

/** All that has an effect, or an answer that depends on the moment, goes `through`. */
function watched(ports: Ports, through: Through, nowMs: () => number): Ports {
  const { remote, log } = ports;
  const { waiting } = remote;
  return {
    ...ports,
    clock: { nowMs, sleepMs: (ms) => through(({ clock }) => clock.sleepMs(ms)) },
    registry: {
      find: (...what) => through(({ registry }) => registry.find(...what)),
      revisionOf: (...what) => through(({ registry }) => registry.revisionOf(...what)),
    },
    remote: {
      fetchTip: () => through((now) => now.remote.fetchTip()),
      commit: (draft) => through((now) => now.remote.commit(draft)),
      push: (...what) => through((now) => now.remote.push(...what)),
      waiting: waiting && {
        branch: waiting.branch,
        author: waiting.author,
        fetchAll: () => through((now) => now.remote.waiting!.fetchAll()),
        leave: (...what) => through((now) => now.remote.waiting!.leave(...what)),
        remove: (note) => through((now) => now.remote.waiting!.remove(note)),
        chain: (...what) => through((now) => now.remote.waiting!.chain(...what)),
        read: (...what) => waiting.read(...what),
        since: (...what) => waiting.since(...what),
        sealOf: (text) => waiting.sealOf(text),
        isSealOf: (...what) => waiting.isSealOf(...what),
      },
      reread: (...what) => through((now) => now.remote.reread(...what)),
      findManifests: (...what) => remote.findManifests(...what),
      readFile: (...what) => remote.readFile(...what),
      messageOf: (commit) => remote.messageOf(commit),
      messagesBefore: (...what) => remote.messagesBefore(...what),
      changedPaths: async (...what) => remote.changedPaths?.(...what),
      contains: (...what) => remote.contains(...what),
      marks: () => through((now) => now.remote.marks()),
      mark: (...what) => through((now) => now.remote.mark(...what)),
    },
    log: {
      histories: () => through((now) => now.log.histories()),
      tags: () => log.tags(),
      changes: (...what) => log.changes(...what),
      filesAt: (commit) => log.filesAt(commit),
      read: (...what) => log.read(...what),
    },
  };
}

async function ask(call: Call, ports: Ports): Promise<RecordedAnswer> {
  const [given] = await Promise.allSettled([call(ports)]);
  const nowMs = ports.clock.nowMs();
  return { given, nowMs, key: `${nowMs} ${textOf(given)}` };
}

/** An error is identified by its words, and by its other fields. */
function textOf(given: PromiseSettledResult<unknown>): string {
  if (given.status === "fulfilled") return `gave ${JSON.stringify(given.value)}`;
  return `threw ${given.reason} ${JSON.stringify(given.reason)}`;
}
