import { it } from "vitest";

import { isVerified, parseVerified, partsOf } from "../../bench/load/answers.ts";

const item = (id: number, text: string) =>
  `{"id":"${id}","author":{"id":"7"},"text":"${text}","source":"follow"}`;
const page = (viewer: number, items: readonly string[]) =>
  `{"items":[${items.join(",")}],"cursor":"1.home.${viewer}.mx.a.b.c","head":null,"ageMs":3}`;
const old = [item(9, "nine"), item(8, "eight"), item(7, "seven")];
const known = parseVerified(`5\t${partsOf(page(5, old))?.items}\n6\t{"items":[]\n`);
const judged = (body: string) => [isVerified(body, known, false), isVerified(body, known, true)];

it("takes a page that was verified, whatever its age", ({ expect }) => {
  expect(judged(page(5, old))).toEqual([true, true]);
});

it("takes new posts above it where they may be", ({ expect }) => {
  const [nine = "", eight = ""] = old;
  expect(judged(page(5, [item(10, "new 1"), nine, eight]))).toEqual([false, true]);
  expect(
    judged(
      page(
        5,
        [12, 11, 10].map((id) => item(id, `new ${id}`)),
      ),
    ),
  ).toEqual([false, true]);
});

it("takes nothing else", ({ expect }) => {
  const [nine = "", eight = "", seven = ""] = old;
  for (const wrong of [
    page(6, old),
    page(4, old),
    page(5, [eight, nine, seven]),
    page(5, [nine, eight]),
    page(5, [item(10, "old 1"), nine, eight]),
    page(5, [item(10, "new 1"), nine, seven]),
    page(5, [item(10, "new 1"), nine, eight, seven]),
    page(5, [nine, item(10, "new 1"), eight]),
    page(5, old).replace("seven", "sev3n"),
    page(5, old).replace(/"1\.home[^"]*"/, "null"),
    "",
    "{}",
  ])
    expect(judged(wrong), wrong).toEqual([false, false]);
});
