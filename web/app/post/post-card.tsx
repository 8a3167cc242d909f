import type { FeedItem, Post } from "../../../core/feed/schemas.ts";
import { isPending } from "../data/post-cache.ts";
import { navigate } from "../state/location.ts";
import { postPath, profilePath } from "../state/routes.ts";
import { Avatar } from "../ui/avatar.tsx";
import { Icon } from "../ui/icon.tsx";
import { Link } from "../ui/link.tsx";
import { Byline } from "./byline.tsx";
import { Embed, isControl } from "./embed.tsx";
import { MediaGrid } from "./media-grid.tsx";
import { PendingActions } from "./pending-actions.tsx";
import { PostActions } from "./post-actions.tsx";
import { PostMenu } from "./post-menu.tsx";
import { RichText } from "./rich-text.tsx";

interface Props {
  readonly post: Post | FeedItem;
  /** Place in the list, from 1, for readers who hear it. */
  readonly position?: number;
}

/** A post in a list. A repost shows its original, with a line that says who passed it on. */
export function PostCard({ post, position }: Props) {
  const shown = post.repostOf ?? post;
  const pending = isPending(post);
  const open = (): void => {
    if (!pending) navigate(postPath(shown.id));
  };
  return (
    <article
      class={`post ${pending ? "post-pending" : ""}`}
      data-post={post.id}
      tabIndex={0}
      aria-label={`Post by ${shown.author.name}`}
      aria-posinset={position}
      aria-setsize={position === undefined ? undefined : -1}
      aria-busy={pending}
      onClick={(event) => {
        const selecting = getSelection()?.isCollapsed === false;
        if (!selecting && !isControl(event.target)) open();
      }}
      onKeyDown={(event) => {
        if (event.key === "Enter" && event.target === event.currentTarget) open();
      }}
    >
      {"source" in post && post.source === "popular" && (
        <p class="feed-note">
          <Icon name="compass" size={15} /> Popular near you
        </p>
      )}
      {post.repostOf !== undefined && (
        <p class="repost-line">
          <Icon name="repost" size={15} />
          <Link to={profilePath(post.author.handle)}>{post.author.name}</Link> reposted
        </p>
      )}
      <Link
        class="post-face"
        to={profilePath(shown.author.handle)}
        tabIndex={-1}
        aria-hidden="true"
      >
        <Avatar user={shown.author} />
      </Link>
      <div class="post-body">
        <div class="post-head">
          <Byline post={shown} pending={pending} />
          {!pending && <PostMenu post={post} />}
        </div>
        {post.repostOf === null ? (
          <Embed post={null} />
        ) : (
          <>
            <RichText text={shown.text} />
            <MediaGrid media={shown.media} />
          </>
        )}
        {post.quoteOf !== undefined && <Embed post={post.quoteOf} />}
        {pending ? <PendingActions post={post} /> : <PostActions post={post} />}
      </div>
    </article>
  );
}
