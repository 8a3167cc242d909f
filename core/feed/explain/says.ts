import type { PartName } from "../ranked/arrange.ts";
import type { HideRule } from "../visibility.ts";
import type { FeedSource } from "../schemas.ts";
import type { WhyNot } from "./schemas.ts";

/** What each part of a score means to a reader. */
export const PART_SAYS: Record<PartName, string> = {
  open: "You may want to open it.",
  like: "You may react to it.",
  comment: "You may comment on it.",
  share: "You may pass it on.",
  follow: "You may want to follow its author.",
  dwell: "You may take your time for it.",
  hide: "You may not want to see it.",
  asked_for_more: "You asked for more like this.",
  asked_for_less: "You asked for less like this.",
  seen: "You have seen it already.",
  same_author: "Another post of the same person stands above it.",
};

export const SOURCE_SAYS: Record<FeedSource, string> = {
  own: "It is your own post.",
  friend: "Its author is your friend.",
  followed: "You follow its author.",
  popular: "You neither follow its author nor are friends.",
};

/** Only rules that the viewer may know of: what others decided never gets here. */
export const RULE_SAYS: Record<HideRule, string> = {
  deleted: "It was deleted.",
  blocked: "You block its author.",
  blocked_by: "It cannot be shown to you.",
  muted: "You mute its author.",
  audience: "It cannot be shown to you.",
  original: "What it passes on is gone or cannot be shown to you.",
  duplicate: "Your feed shows the same content once already.",
};

export const VERDICT_SAYS: Record<WhyNot["verdict"], string> = {
  shown: "It is in your feed.",
  not_a_source: "Your feed has posts of people you follow, of friends, and your own.",
  not_fanned_out_yet: "It is on its way into feeds.",
  filtered: "A rule of yours keeps it out.",
  outranked: "Other posts come first.",
  seen: "It comes later because you have seen it.",
  too_old: "Many newer posts come before it.",
};
