/** `landfall race`: how its deadline may be spelled. */

import { expect, test } from "vitest";
import { runCli } from "../support/run-cli.ts";

const race = (timeout: string) =>
  runCli(["race", "--deployers", "2", "--json", "--timeout", timeout], { cwd: "/" });

test("a deadline is a duration as everywhere; a number alone is in milliseconds", async () => {
  const [spelled, alone, long] = await Promise.all(["20s", "20000", "20000ms"].map(race));
  expect(spelled?.status).toBe(0);
  expect(JSON.parse(spelled!.out).runs).not.toEqual([]);
  expect(alone).toEqual(spelled);
  expect(long).toEqual(spelled);
});

test.each(["2h", "0", "0s", "soon"])("%s is none: exit 2, and how to write it", async (text) => {
  const { status, err } = await race(text);
  expect(status).toBe(2);
  expect(err).toMatch(/Write a (?:duration|number and a unit)/);
});
