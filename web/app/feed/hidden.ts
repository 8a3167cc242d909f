import type { PostPage } from "../../../core/feed/schemas.ts";
import { plural } from "../format/count.ts";

const RULE_WORDS: Record<string, string> = {
  audience: "not shared with you",
  muted: "from people you muted",
  blocked: "because of a block",
  blocked_by: "because of a block",
  deleted: "no longer there",
  original: "whose original is no longer there",
  duplicate: "already on the page",
  seen: "you have seen",
};

/** A rule in words; one that is new here reads as the server calls it. */
export const ruleInWords = (rule: string): string =>
  RULE_WORDS[rule] ?? rule.replaceAll(/[_-]/g, " ");

/** What all pages left out, by rule; rules that left out nothing are not there. */
export function sumHidden(pages: readonly Pick<PostPage, "hidden">[]): [string, number][] {
  const sums = new Map<string, number>();
  for (const page of pages) {
    for (const [rule, count] of Object.entries(page.hidden))
      sums.set(rule, (sums.get(rule) ?? 0) + count);
  }
  return [...sums].filter(([, count]) => count > 0);
}

/** "3 posts left out: 2 from people you muted, 1 no longer there." null when none were. */
export function hiddenInWords(pages: readonly Pick<PostPage, "hidden">[]): string | null {
  const hidden = sumHidden(pages);
  const all = hidden.reduce((sum, [, count]) => sum + count, 0);
  if (all === 0) return null;
  const rules = hidden.map(([rule, count]) => `${count} ${ruleInWords(rule)}`).join(", ");
  return `${plural(all, "post")} left out: ${rules}.`;
}
