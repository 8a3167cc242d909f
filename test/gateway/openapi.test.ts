import { describe, it } from "vitest";

import { TITLE } from "../../core/errors.ts";
import { OPERATIONS } from "../../workers/gateway/operations.ts";
import { startGateway } from "./harness.ts";

type Json = { readonly [key: string]: unknown };
const gateway = startGateway();
const document = (await (await gateway.request("/openapi.json")).json()) as {
  readonly openapi: string;
  readonly paths: Record<string, Record<string, Json>>;
  readonly components: { readonly schemas: Record<string, Json> };
};
const described = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, op]) => ({ path, method, op })),
);
/** What image tags show is described beside them. */
const documented = described.filter(({ path }) => path !== "/media/{key}");

describe("openapi.json", () => {
  it("is 3.1 and describes every operation once", ({ expect }) => {
    expect(document.openapi).toBe("3.1.0");
    const ids = documented.map(({ op }) => op["operationId"]);
    expect(ids).toEqual(expect.arrayContaining(OPERATIONS.map((op) => op.id)));
    expect(new Set(ids).size).toBe(OPERATIONS.length);
  });

  it("has no two addresses that mean the same", ({ expect }) => {
    const shapes = Object.keys(document.paths).map((path) => path.replace(/\{\w+\}/g, "{}"));
    expect(new Set(shapes).size).toBe(shapes.length);
  });

  it("refers only to schemas that it has, and has none that are not referred to", ({ expect }) => {
    const text = JSON.stringify(document);
    const names = [...text.matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map(
      ([, name]) => name,
    );
    expect([...new Set(names)].toSorted()).toEqual(
      Object.keys(document.components.schemas).toSorted(),
    );
    expect(text).not.toContain("$defs");
  });

  it("describes every path parameter, and body and failure of each operation", ({ expect }) => {
    for (const { path, op } of documented) {
      const parameters = op["parameters"] as { name: string; in: string }[];
      const inPath = parameters
        .filter((parameter) => parameter.in === "path")
        .map(({ name }) => name);
      expect(inPath).toEqual([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name));
      expect(Object.keys(op["responses"] as Json)).toEqual(
        expect.arrayContaining(["401", "429", "503"]),
      );
    }
  });

  it("keeps a schema the same wherever it may be null", ({ expect }) => {
    expect(document.components.schemas["ReactionKind"]?.["enum"]).not.toContain(null);
    expect(document.components.schemas["EmbeddedPost"]?.["type"]).toBe("object");
  });

  it("asks for what the schemas refuse to miss, and not for what has a default", ({ expect }) => {
    expect(document.components.schemas["NewUser"]).toMatchObject({
      required: ["handle", "name"],
      additionalProperties: false,
    });
  });
});

it("describes what image and video tags show, with its parts and widths", ({ expect }) => {
  const { get: op } = document.paths["/media/{key}"] ?? {};
  const parameters = (op?.["parameters"] ?? []) as { name: string; schema: Json }[];
  expect(parameters.map(({ name }) => name)).toEqual([
    "key",
    "w",
    "Range",
    "If-Range",
    "If-None-Match",
  ]);
  expect(parameters[1]?.schema["enum"]).toEqual([320, 640, 960, 1_280]);
  expect(Object.keys((op?.["responses"] ?? {}) as Json)).toEqual(
    expect.arrayContaining(["200", "206", "304", "404", "416", "429"]),
  );
});

it("says of every read what caches make of it, and 304 exactly where there is an ETag", ({
  expect,
}) => {
  for (const op of OPERATIONS) {
    const responses = document.paths[op.path]?.[op.method]?.["responses"] as Record<string, Json>;
    const headers = (responses[op.status]?.["headers"] ?? {}) as Json;
    expect([op.id, "304" in responses, "ETag" in headers]).toEqual([
      op.id,
      op.cache !== "personal",
      op.cache !== "personal",
    ]);
  }
});

describe("/docs", async () => {
  const response = await gateway.request("/docs");
  const page = await response.text();

  it("has each operation, schema and problem under the anchor that links use", ({ expect }) => {
    const anchors = [
      ...OPERATIONS.map((op) => op.id),
      ...Object.keys(document.components.schemas).map((name) => `schema-${name}`),
      ...Object.keys(TITLE),
      "internal",
    ];
    for (const anchor of anchors) expect(page).toContain(`id="${anchor}"`);
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, target] of page.matchAll(/href="#([^"]+)"/g)) expect(ids).toContain(target);
  });

  it("loads nothing and runs nothing, and its policy allows exactly its style", async ({
    expect,
  }) => {
    expect(page).not.toMatch(/<script|<link|<img|style="|(?:src|href)="(?!#|\/"|\/openapi\.json")/);
    const style = /<style>([^]*?)<\/style>/.exec(page)?.[1] ?? "";
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(style));
    const hash = btoa(String.fromCharCode(...new Uint8Array(digest)));
    expect(response.headers.get("content-security-policy")).toContain(`style-src 'sha256-${hash}'`);
  });
});
