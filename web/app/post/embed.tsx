import type { EmbeddedPost } from "../../../core/feed/schemas.ts";
import { navigate } from "../state/location.ts";
import { postPath } from "../state/routes.ts";
import { Avatar } from "../ui/avatar.tsx";
import { Byline } from "./byline.tsx";
import { MediaGrid } from "./media-grid.tsx";
import { RichText } from "./rich-text.tsx";

/** A quoted post inside another; null when it is gone or not for this reader. */
export function Embed({ post }: { post: EmbeddedPost | null }) {
  if (post === null) return <div class="embed embed-gone">This post is not available.</div>;
  return (
    <div
      class="embed"
      onClick={(event) => {
        event.stopPropagation();
        if (!isControl(event.target)) navigate(postPath(post.id));
      }}
    >
      <div class="embed-head">
        <Avatar user={post.author} size={22} />
        <Byline post={post} />
      </div>
      <RichText text={post.text} className="text text-small" />
      <MediaGrid media={post.media} />
    </div>
  );
}

/** A press on a link or a button inside a card is theirs; anywhere else opens the card. */
export const isControl = (target: EventTarget | null): boolean =>
  target instanceof Element &&
  target.closest("a, button, dialog, input, textarea, video, [role=menu]") !== null;
