/** How a module of your own calls Landfall. Each function shows one thing. */

import {
  type Container,
  type Directory,
  dag,
  type File,
  func,
  object,
  type Secret,
} from "@dagger.io/dagger";

/** Shows how other modules call Landfall. */
@object()
export class Examples {
  /** Deploys, and returns the commit on the manifests branch. */
  @func({ cache: "never" })
  landfallDeploy(source: Directory, gitToken: Secret, registryPassword: Secret): Promise<string> {
    return dag.landfall({ gitToken, registryPassword }).deploy({ source }).commit();
  }

  /** Goes on with a promotion, however it ended. */
  @func({ cache: "never" })
  async landfallPromote(source: Directory, gitToken: Secret): Promise<string> {
    const result = dag.landfall({ gitToken, anyOutcome: true }).promote({ source });
    if ((await result.outcome()) === "held") return "Somebody rolled back: nothing was deployed.";
    await result.assertOk();
    return result.text();
  }

  /** Returns the page that shows which deploys were lost. */
  @func({ cache: "never" })
  landfallSync(source: Directory): File {
    return dag.landfall({ anyOutcome: true }).sync({ source, dryRun: true }).html();
  }

  /** Returns the container of one image, built from the commit that is checked out. */
  @func({ cache: "never" })
  async landfallImages(source: Directory, image: string): Promise<Container> {
    const images = dag.landfall().images({ source, only: [image], rebuild: true });
    const [built] = await images.list();
    if (built === undefined) throw new Error(`no image ${image}`);
    return built.container();
  }

  /** Lists what is pinned where. */
  @func({ cache: "never" })
  landfallPins(source: Directory): Promise<string> {
    return dag.landfall().pins({ source }).text();
  }
}
