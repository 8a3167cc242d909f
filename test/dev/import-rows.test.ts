import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { it } from "vitest";

import { readEvents } from "../../dev/import/events.ts";
import { Ledger } from "../../dev/import/ledger.ts";
import { readNetwork } from "../../dev/import/network.ts";
import { findFiles } from "../../dev/import/rows.ts";

const PERSON =
  "id|firstName|lastName|gender|birthday|creationDate|locationIP|browserUsed|language|email";
const POST = "id|imageFile|creationDate|locationIP|browserUsed|language|content|length";
const COMMENT = "id|creationDate|locationIP|browserUsed|content|length";
const person = (id: number) => `${id}|Ann|Lee|female|1|1000|1.2.3.4|Firefox|en|a@example.org`;
const post = (id: number, content = "hello") => `${id}||2000|1.2.3.4|Firefox|en|${content}|5`;
const comment = (id: number, content = "yes") => `${id}|3000|1.2.3.4|Firefox|${content}|3`;

const GOOD: Readonly<Record<string, readonly string[]>> = {
  person: [PERSON, person(1), person(2)],
  person_knows_person: ["Person.id|Person.id|creationDate", "1|2|1500"],
  post: [POST, post(10), "11|photo11.jpg|2000|1.2.3.4|Firefox|||0"],
  post_hasCreator_person: ["Post.id|Person.id", "10|1", "11|2"],
  comment: [COMMENT, comment(20), comment(21), comment(22)],
  comment_hasCreator_person: ["Comment.id|Person.id", "20|2", "21|1", "22|2"],
  comment_replyOf_post: ["Comment.id|Post.id", "20|10"],
  // 22 answers 21, which comes later in the file than its answer's row.
  comment_replyOf_comment: ["Comment.id|Comment.id", "22|21", "21|20"],
  person_likes_post: ["Person.id|Post.id|creationDate", "2|10|2500"],
  person_likes_comment: ["Person.id|Comment.id|creationDate", "1|22|3500"],
  forum: ["id|title|creationDate", "5|Wall|1000"],
};

/** The good tables, with lines added to some. */
async function networkWith(
  more: Readonly<Record<string, readonly string[]>>,
  stream: readonly string[] = [],
) {
  const folder = mkdtempSync(path.join(tmpdir(), "edgewise-ldbc-"));
  mkdirSync(path.join(folder, "dynamic"));
  mkdirSync(path.join(folder, "update_streams"));
  for (const [table, rows] of Object.entries({ ...GOOD, ...more })) {
    const all =
      table in GOOD && more[table] !== undefined ? [...(GOOD[table] ?? []), ...more[table]] : rows;
    writeFileSync(path.join(folder, "dynamic", `${table}_0_0.csv`), `${all.join("\n")}\n`);
  }
  writeFileSync(
    path.join(folder, "update_streams/updateStream_0_0_forum.csv"),
    stream.map((line) => `${line}\n`).join(""),
  );
  const ledger = new Ledger();
  const files = findFiles(folder);
  const network = await readNetwork(folder, files, ledger);
  return { ledger, network, events: await readEvents(folder, files, ledger) };
}

it("joins what belongs together and finds the post under a chain of comments", async ({
  expect,
}) => {
  const { network, ledger } = await networkWith({});
  expect(ledger.rejections).toEqual([]);
  expect([
    network.persons.size,
    network.posts.size,
    network.knows.length,
    network.likes.length,
  ]).toEqual([2, 2, 1, 2]);
  expect(network.comments.map((wave) => wave.map(({ value }) => value.id))).toEqual([
    ["20"],
    ["21"],
    ["22"],
  ]);
  expect([...network.roots.values()]).toEqual(["10", "10", "10"]);
  expect(network.posts.get("11")?.value).toMatchObject({ text: "photo11.jpg", author: "2" });
});

const BAD = [
  ["person", "1|Ann|Lee|f|1|1000|ip|b|en|mail", 4, /already on line 2/],
  ["person", "x|Ann|Lee|f|1|1000|ip|b|en|mail", 4, /not a person's id/],
  ["person", "3|Ann|Lee|f|1|2010-01-01|ip|b|en|mail", 4, /not a time in milliseconds/],
  ["person", "3|Ann|Lee", 4, /3 fields, not 10/],
  ["person", "3|||f|1|1000|ip|b|en|mail", 4, /no name/],
  ["person_knows_person", "1|1|1500", 3, /own friend/],
  ["person_knows_person", "2|1|1600", 3, /friends already/],
  ["person_knows_person", "1|99|1600", 3, /99 is no person/],
  ["post", post(12), 4, /has no creator/],
  ["post", "13||2000|ip|b|en||0", 4, /neither content nor an image/],
  ["post", post(14, "x".repeat(5_001)), 4, /5001 characters/],
  ["post_hasCreator_person", "99|1", 4, /no message 99/],
  ["comment", comment(30), 5, /has no creator/],
  ["comment", comment(31, ""), 5, /no content/],
  ["person_likes_post", "2|10|2600", 3, /liked already/],
  ["person_likes_post", "2|98|2600", 3, /98 is no message/],
  ["person_likes_comment", "97|20|2600", 3, /97 is no person/],
] as const;

it.for(BAD)(
  "rejects a bad row of %s by file, line and reason: %s",
  async ([table, row, line, reason], { expect }) => {
    const { ledger } = await networkWith({ [table]: [row] });
    expect(ledger.rejections).toEqual([
      { file: `dynamic/${table}_0_0.csv`, line, reason: expect.stringMatching(reason) },
    ]);
    expect(
      ledger
        .table()
        .every((file) => file.missing === 0 || file.file !== `dynamic/${table}_0_0.csv`),
    ).toBe(false);
  },
);

it("rejects comments that hang on nothing, or on each other, with all their rows", async ({
  expect,
}) => {
  const { ledger, network } = await networkWith({
    comment: [comment(40), comment(41), comment(42)],
    comment_hasCreator_person: ["40|1", "41|1", "42|1"],
    comment_replyOf_comment: ["40|41", "41|40", "42|999"],
  });
  expect(network.roots.size).toBe(3);
  expect(ledger.rejections).toHaveLength(9);
  expect(new Set(ledger.rejections.map(({ reason }) => reason))).toEqual(
    new Set([
      "its parent 41 is no message here",
      "its parent 40 is no message here",
      "its parent 999 is no message here",
    ]),
  );
});

it("counts tables without a use under their kind, and refuses unknown ones", async ({ expect }) => {
  const { ledger } = await networkWith({ nonsense: ["header", "1|2"] });
  const of = (table: string) => ledger.table().find((file) => file.file.includes(`/${table}_`));
  expect(of("forum")).toMatchObject({ read: 1, ignored: 1, ignoredAs: "forums 1", missing: 0 });
  expect(of("nonsense")).toMatchObject({ read: 1, rejected: 1, missing: 0 });
});

it("orders the stream by its times and rejects what cannot be an event", async ({ expect }) => {
  const { events, ledger } = await networkWith({}, [
    "5000|4000|2|1|11|5000",
    "4500|1000|8|1|2|4500",
    "4600|1000|4|9|Wall|4600|1|",
    "4700|4800|2|1|10|4700",
    "4700|1000|9|1|10|4700",
    "soon|1000|2|1|10|4700",
    "4800|1000|2|1|10",
  ]);
  expect(events.map((event) => [event.kind, event.row.line])).toEqual([
    ["friendship", 2],
    ["like", 1],
  ]);
  expect(ledger.rejections.map(({ line, reason }) => [line, reason])).toEqual([
    [4, "it depends on something that comes later"],
    [5, 'there is no event type "9"'],
    [6, '"soon" and "1000" are not two times in milliseconds'],
    [7, "5 fields, not 6"],
  ]);
});
