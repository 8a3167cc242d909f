import type { Audience, ReactionKind, Settings } from "../../core/feed/schemas.ts";

export type FeedMode = Settings["feedMode"];

/** What stands between two people; `friend` holds both ways. */
export type Bond = "follow" | "request" | "friend" | "block" | "mute";

/** Something that is so from now on, because the product said that it is. Ids are decimal text. */
export type Change =
  | { readonly kind: "joined"; readonly user: string }
  | {
      readonly kind: "posted";
      readonly post: string;
      readonly author: string;
      readonly timeMs: number;
      readonly audience: Audience;
      /** At most one of them. */
      readonly repostOf?: string;
      readonly quoteOf?: string;
      /** Imported: it may have reactions and comments that nobody knows of here. */
      readonly isImported?: boolean;
    }
  | { readonly kind: "deleted"; readonly post: string }
  | { readonly kind: "audience"; readonly post: string; readonly audience: Audience }
  | {
      readonly kind: "bond";
      readonly bond: Bond;
      readonly from: string;
      readonly to: string;
      readonly on: boolean;
    }
  | {
      readonly kind: "reacted";
      readonly post: string;
      readonly by: string;
      readonly reaction: ReactionKind | null;
    }
  | {
      readonly kind: "commented";
      readonly post: string;
      readonly comment: string;
      readonly by: string;
      readonly on: boolean;
    }
  | { readonly kind: "mode"; readonly user: string; readonly mode: FeedMode };
