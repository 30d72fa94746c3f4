import { describe, expect, it } from "vitest";
import { startRegistry } from "../../../src/demo/registry-server.ts";
import { registryContract } from "../../contract/registry.contract.ts";
import {
  dockerRegistryIsHere,
  dockerRegistryUser,
  startDockerRegistry,
} from "../../support/docker-registry.ts";

const user = { username: "robin", password: "s3cret-pass" };
const users = { [user.username]: user.password };

registryContract("the embedded registry", () => startRegistry());

registryContract("the embedded registry with Basic", async () => ({
  ...(await startRegistry({ auth: { kind: "basic", users } })),
  user,
}));

registryContract("the embedded registry with Bearer", async () => ({
  ...(await startRegistry({ auth: { kind: "bearer", users, anonymousPull: false } })),
  user,
}));

if (dockerRegistryIsHere) {
  registryContract("docker-registry", () => startDockerRegistry("none"));
  registryContract("docker-registry with Basic", async () => ({
    ...(await startDockerRegistry("basic")),
    user: dockerRegistryUser,
  }));
} else {
  describe("docker-registry", () => {
    it.skipIf(process.env.REQUIRE_ALL !== "1")("is not installed: its contract is not run", () => {
      expect(dockerRegistryIsHere).toBe(true);
    });
  });
}
