import { writeFile } from "node:fs/promises";

/** JSON of a feed page up to where its items end. */
const START = '{"items":[';
const END = ',"cursor":';
/** How a bench's own posts begin, which arrive while it measures. */
export const NEW_TEXT = "new ";

/** Whose page an answer is, and the JSON of its items; null for what is no page that can go on. */
export function partsOf(body: string): { readonly viewer: string; readonly items: string } | null {
  const end = body.indexOf(END);
  const [, viewer] = /^,"cursor":"1\.home\.(\d+)\./.exec(body.slice(end, end + 60)) ?? [];
  return viewer === undefined ? null : { viewer, items: body.slice(0, end) };
}

/**
 * Whether an answer is a page that was verified before: exactly, or under posts of the bench
 * that have arrived since where those may be. `wrk.lua` decides the same.
 *
 * @param verified JSON of the items, by viewer.
 */
export function isVerified(
  body: string,
  verified: ReadonlyMap<string, string>,
  mayHaveNew: boolean,
): boolean {
  const page = partsOf(body);
  const known = page === null ? undefined : verified.get(page.viewer);
  if (page === null || known === undefined) return false;
  if (page.items === known) return true;
  if (!mayHaveNew) return false;
  const firstKnown = known.slice(START.length, known.indexOf(",", START.length) + 1);
  const found = page.items.indexOf(firstKnown);
  const above = found < 0 ? page.items : page.items.slice(0, found);
  const below = found < 0 ? "" : page.items.slice(found, -"]".length);
  const posts = (items: string) => items.split('"source":').length - 1;
  const news = above.split(`"text":"${NEW_TEXT}`).length - 1;
  return (
    posts(page.items) === posts(known) &&
    posts(above) === news &&
    known.startsWith(below, START.length)
  );
}

/** The file that both generators read. */
export const writeVerified = (path: string, bodies: Iterable<string>): Promise<void> => {
  const lines = [...bodies].flatMap((body) => {
    const page = partsOf(body);
    return page === null ? [] : [`${page.viewer}\t${page.items}`];
  });
  return writeFile(path, `${lines.join("\n")}\n`);
};

export const parseVerified = (text: string): ReadonlyMap<string, string> =>
  new Map(
    text
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => [line.slice(0, line.indexOf("\t")), line.slice(line.indexOf("\t") + 1)]),
  );
