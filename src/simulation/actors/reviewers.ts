/** People at the forge: they merge requests in every way there is, add commits, edit and close. */

import type { MergeHow, ModelForge, ModelRequest } from "../model/forge.ts";
import type { World } from "../world.ts";

/** How often somebody looks at the requests: longer than any run waits for them. */
const visitsMax = 400;

/** What merging comes to, each with the same chance. */
const ways: readonly MergeHow[] = ["fast-forward", "rebase", "squash"];

/** Sends somebody who merges what is open, as long as anybody waits, and those whom fate chose. */
export function sendReviewers(world: World, forge: ModelForge, isOver: () => boolean): void {
  const { scheduler, fate } = world;
  const visit = async () => {
    for (let count = 0; count < visitsMax; count += 1) {
      await scheduler.before("reviewer", "looks at requests", fate.lasts(1_000, 6_000));
      if (isOver()) return;
      for (const request of forge.requests.filter(({ state }) => state === "open")) {
        review(request, world, forge);
      }
    }
  };
  scheduler.watch(visit());
}

/** One look at one request. */
function review(request: ModelRequest, world: World, forge: ModelForge): void {
  const { fate, objects, scheduler } = world;
  if (fate.strikes("close")) forge.close(request);
  if (fate.strikes("edit") && request.head !== undefined) {
    const draft = { parent: request.head, changes: [], message: "docs: by hand\n" };
    const commit = objects.write({ ...draft, atSeconds: scheduler.nowSeconds });
    forge.edit(request.branch, commit);
  }
  if (fate.strikes("reword")) request.body += "\nNot before Monday.";
  // Whoever has edited or closed it does not merge it in the same moment.
  if (forge.byPeople.has(request.head!) && fate.choose(2) === 0) return;
  const how = fate.strikes("hollow") ? "hollow" : ways[fate.choose(ways.length)]!;
  forge.merge(request, how);
}
