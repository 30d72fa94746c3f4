import { describe, expect, it } from "vitest";
import { type Reach, reachOf, registryUrl, sameSite } from "../../../src/adapters/http/hosts.ts";
import { askedWaitMs, wordsOf } from "../../../src/adapters/http/words.ts";

describe("an address is reached from", () => {
  it.each<[string, Reach]>([
    ["127.0.0.1", "loopback"],
    ["127.255.255.255", "loopback"],
    ["0.0.0.0", "loopback"],
    ["::1", "loopback"],
    ["::ffff:127.0.0.1", "loopback"],
    ["169.254.169.254", "link-local"],
    ["fe80::1", "link-local"],
    ["::ffff:a9fe:a9fe", "link-local"],
    ["10.1.2.3", "private"],
    ["172.31.0.1", "private"],
    ["192.168.0.1", "private"],
    ["100.100.100.200", "private"],
    ["fd00:ec2::254", "private"],
    ["255.255.255.255", "private"],
    ["172.32.0.1", "public"],
    ["8.8.8.8", "public"],
    ["2606:4700::1111", "public"],
  ])("%s: %s", (address, reach) => {
    expect(reachOf(address)).toBe(reach);
  });
});

describe("a registry is served at", () => {
  const listed = ["registry.lan:5000", "old.lan"];
  it.each([
    ["docker.io", "https://registry-1.docker.io/"],
    ["ghcr.io", "https://ghcr.io/"],
    ["registry.example:5000", "https://registry.example:5000/"],
    ["localhost:5000", "http://localhost:5000/"],
    ["127.0.0.1:443", "http://127.0.0.1:443/"],
    ["127.1.2.3", "http://127.1.2.3/"],
    ["[::1]:5000", "http://[::1]:5000/"],
    ["10.0.0.1:5000", "https://10.0.0.1:5000/"],
    ["localhost.example", "https://localhost.example/"],
    ["registry.lan:5000", "http://registry.lan:5000/"],
    ["registry.lan:5001", "https://registry.lan:5001/"],
    ["old.lan:8080", "http://old.lan:8080/"],
  ])("%s: %s", (registry, url) => {
    expect(registryUrl(registry, listed).href).toBe(url);
  });
});

describe("two hosts have one owner", () => {
  it.each([
    ["https://ghcr.io/", "https://ghcr.io/token", true],
    ["https://registry.gitlab.com/", "https://gitlab.com/jwt/auth", true],
    ["https://registry.example.co.uk/", "https://auth.example.co.uk/", true],
    ["https://registry.co.uk/", "https://evil.co.uk/", false],
    ["https://registry.example.com/", "https://example.com.evil.net/", false],
    ["https://registry.example.com/", "https://badexample.com/", false],
    ["https://10.0.0.1/", "https://10.0.0.1/", true],
    ["https://10.0.0.1/", "https://11.0.0.1/", false],
    ["https://registry/", "https://evil/", false],
    ["https://registry.example.com/", "https://com/", false],
  ])("%s %s: %s", (a, b, isOne) => {
    expect(sameSite(new URL(a), new URL(b))).toBe(isOne);
  });
});

describe("an answer asks to wait", () => {
  const nowMs = Date.parse("2026-11-23T12:00:00Z");
  it.each([
    ["120", "", 120_000],
    [" 0 ", "", 0],
    ["Mon, 23 Nov 2026 12:01:00 GMT", "", 60_000],
    ["Mon, 23 Nov 2026 11:00:00 GMT", "", 0],
    ["soon", "", undefined],
    [undefined, "retry-after: 985.86µs, allowed: 44000/minute", 1],
    [undefined, "TOOMANYREQUESTS: retry-after: 1h2m3.5s", 3_723_500],
    [undefined, "Too Many Requests", undefined],
    ["3", "retry-after: 9s", 3000],
  ])("%j %j: %s ms", (header, words, waitMs) => {
    expect(askedWaitMs(header, words, nowMs)).toBe(waitMs);
  });
});

it("words are printable, on one line, and short", () => {
  const words = wordsOf(Buffer.from(`a\u001b[2J\r\nb\u202e${"😀".repeat(400)}`));
  expect(words).toMatch(/^a \[2J b 😀+…$/u);
  expect([...words]).toHaveLength(301);
});

it("words hide a secret wherever it stands: no cut leaves half of one", () => {
  const secret = "s3cret-".repeat(20);
  for (const before of [16 * 1024 - 70, 16 * 1024 - 1, 100_000]) {
    const words = wordsOf(Buffer.from(`a${" ".repeat(before)}${secret} end`), [secret]);
    expect(words).not.toContain("s3cret");
    expect(words).toMatch(/^a/);
  }
});
