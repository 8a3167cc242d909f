import { useRef, useState } from "preact/hooks";

import type { FeedPage, FeedPageMode } from "../../../core/feed/schemas.ts";
import { plural } from "../format/count.ts";
import { Icon } from "../ui/icon.tsx";
import { useOutside } from "../ui/menu.tsx";

const MODE_WORDS: Record<FeedPageMode, { readonly label: string; readonly text: string }> = {
  latest: {
    label: "Latest",
    text: "Newest first, from the people you follow and your friends. Nothing is re-ordered.",
  },
  ranked: { label: "For you", text: "Ordered by what is likely to matter to you." },
  "cached-scores": { label: "For you", text: "Ordered by scores from a moment ago." },
  "light-model": { label: "For you", text: "Ordered by a simpler model for now." },
  chronological: { label: "Latest", text: "Newest first, because ranking is away right now." },
  stale: {
    label: "Saved copy",
    text: "A copy from earlier, because fresh posts could not be read.",
  },
};

const REASON_WORDS: Record<string, string> = {
  requested: "This is the order you chose.",
  setting: "This is the order your settings choose.",
  ranker_unavailable: "The ranker did not answer, so the newest come first.",
  no_ranker: "No ranker is set up here, so the newest come first.",
};

const RULE_WORDS: Record<string, string> = {
  audience: "not shared with you",
  muted: "from people you muted",
  blocked: "because of a block",
  deleted: "no longer there",
  original: "the original is no longer there",
  duplicate: "already on the page",
};

/** A rule's wire name, in words: `blocked_by` reads "blocked by". */
const inWords = (rule: string): string => rule.replaceAll(/[_-]/g, " ");

/** How the page was made, and what was left out of it. */
export function ModeInfo({ pages }: { pages: readonly FeedPage[] }) {
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  useOutside(root, open, () => setOpen(false));
  const [first] = pages;
  if (first === undefined) return null;
  const words = MODE_WORDS[first.mode];
  const hidden = sumHidden(pages);
  return (
    <div
      class="menu-root"
      ref={root}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || !open) return;
        event.stopPropagation();
        setOpen(false);
      }}
    >
      <button type="button" class="chip" aria-expanded={open} onClick={() => setOpen(!open)}>
        {words.label}
        <Icon name="info" size={15} />
        <span class="sr-only">: how this page was made</span>
      </button>
      {open && (
        <div class="menu menu-start mode-info" role="region" aria-label="How this page was made">
          <strong>{words.label}</strong>
          <p>{words.text}</p>
          <p>{REASON_WORDS[first.reason] ?? `Reason: ${inWords(first.reason)}.`}</p>
          {first.ageMs > 0 && <p>Made {plural(Math.round(first.ageMs / 1000), "second")} ago.</p>}
          {hidden.length === 0 ? (
            <p class="muted">Nothing was left out.</p>
          ) : (
            <ul>
              {hidden.map(([rule, count]) => (
                <li key={rule}>
                  {plural(count, "post")} left out: {RULE_WORDS[rule] ?? inWords(rule)}
                </li>
              ))}
            </ul>
          )}
        </div>
      )}
    </div>
  );
}

function sumHidden(pages: readonly FeedPage[]): [string, number][] {
  const sums = new Map<string, number>();
  for (const page of pages) {
    for (const [rule, count] of Object.entries(page.hidden))
      sums.set(rule, (sums.get(rule) ?? 0) + count);
  }
  return [...sums].filter(([, count]) => count > 0);
}
