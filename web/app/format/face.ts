/** Degrees: neighbours in number land far apart on the colour wheel. */
const GOLDEN_ANGLE = 137.508;

/** 0 to 359: the same person always has the same colour. */
export function hueOf(id: string): number {
  let hash = 7;
  for (const char of id) hash = (hash * 31 + (char.codePointAt(0) ?? 0)) % 1_000_003;
  return Math.round(hash * GOLDEN_ANGLE) % 360;
}

/** First letters of the first and the last word, at most two. */
export function initialsOf(name: string): string {
  const words = name.split(/\s+/).filter((word) => /^[\p{L}\p{N}]/u.test(word));
  const ends = words.length > 1 ? [words[0], words.at(-1)] : words.slice(0, 1);
  return ends.map((word) => [...(word ?? "")][0]?.toUpperCase() ?? "").join("") || "?";
}
