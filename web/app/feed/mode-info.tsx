import { useRef, useState } from "preact/hooks";

import type { ScoreReason } from "../../../core/feed/ranked/scores.ts";
import type { FeedPage, FeedPageMode } from "../../../core/feed/schemas.ts";
import { plural } from "../format/count.ts";
import { Icon } from "../ui/icon.tsx";
import { useOutside } from "../ui/menu.tsx";
import { ruleInWords, sumHidden } from "./hidden.ts";
import { askWhyNot } from "./why-store.ts";

const MODE_WORDS: Record<FeedPageMode, { readonly label: string; readonly text: string }> = {
  latest: {
    label: "Latest",
    text: "Newest first, from the people you follow and your friends. Nothing is re-ordered.",
  },
  ranked: { label: "For you", text: "Ordered by what is likely to matter to you." },
  "cached-scores": { label: "For you", text: "Ordered by scores from a moment ago." },
  "light-model": { label: "For you", text: "Ordered by a simpler model for now." },
  "smaller-pool": {
    label: "For you",
    text: "The best of the newest, ordered by what is likely to matter to you.",
  },
  chronological: { label: "Latest", text: "Newest first, because ranking is away right now." },
  stale: {
    label: "Saved copy",
    text: "A copy from earlier, because fresh posts could not be read.",
  },
};

/** What may stand in a page's `reason`: all of it, or the reader would see a code. */
type Reason = ScoreReason | "requested" | "setting";
const REASON_WORDS: Readonly<Record<Reason, string>> = {
  requested: "This is the order you chose.",
  setting: "This is the order your settings choose.",
  ok: "The model that is in use scored every post.",
  no_model: "No model is set up here yet.",
  no_ranker: "No ranker is set up here.",
  breaker_open: "The ranker failed a moment ago and is left alone for now.",
  timeout: "The ranker did not answer in time.",
  late: "Ranking did not answer in time.",
  shed: "The ranker has too much to do right now.",
  error: "The ranker failed.",
  bad_answer: "The ranker's answer made no sense.",
  schema_mismatch: "The ranker knows another version of posts.",
  no_time: "There was too little time for the ranker.",
  degraded: "Too much is going on in this region, so ranking does less for now.",
  no_features: "What people did lately could not be read, so the model goes by the posts alone.",
  not_scored: "These posts have no scores yet.",
};

/** A reason in words; one that is new here reads as the server calls it. */
const reasonInWords = (reason: string): string =>
  new Map<string, string>(Object.entries(REASON_WORDS)).get(reason) ??
  `Reason: ${ruleInWords(reason)}.`;

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
          <p>{reasonInWords(first.reason)}</p>
          {first.model && <p>Model {first.model}.</p>}
          {first.ageMs > 0 && <p>Made {plural(Math.round(first.ageMs / 1000), "second")} ago.</p>}
          {hidden.length === 0 ? (
            <p class="muted">Nothing was left out.</p>
          ) : (
            <ul>
              {hidden.map(([rule, count]) => (
                <li key={rule}>
                  {plural(count, "post")} left out: {ruleInWords(rule)}
                </li>
              ))}
            </ul>
          )}
          <button
            type="button"
            class="text-button"
            onClick={() => {
              setOpen(false);
              askWhyNot(null);
            }}
          >
            Why is a post not here?
          </button>
        </div>
      )}
    </div>
  );
}
