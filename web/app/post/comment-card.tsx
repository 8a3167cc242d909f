import type { Comment } from "../../../core/feed/schemas.ts";
import { deleteComment, reactToComment } from "../data/comment-writes.ts";
import { isPending } from "../data/post-cache.ts";
import { profilePath } from "../state/routes.ts";
import { sessionStore } from "../state/session.ts";
import { Avatar } from "../ui/avatar.tsx";
import { confirmed } from "../ui/confirm.tsx";
import { Link } from "../ui/link.tsx";
import { Time } from "../ui/time.tsx";
import { ReactionButton } from "./reactions.tsx";
import { RichText } from "./rich-text.tsx";

async function deleteConfirmed(comment: Comment): Promise<void> {
  if (await confirmed("Delete this comment?", "It goes away for everyone.", "Delete")) {
    await deleteComment(comment);
  }
}

export function CommentCard({
  comment,
  onReply,
}: {
  comment: Comment;
  onReply: (comment: Comment) => void;
}) {
  const { author } = comment;
  const pending = isPending(comment);
  const own = author.id === sessionStore.get()?.user.id;
  return (
    <article
      class={`comment ${pending ? "post-pending" : ""}`}
      aria-label={`Comment by ${author.name}`}
    >
      <Link to={profilePath(author.handle)} tabIndex={-1} aria-hidden="true">
        <Avatar user={author} size={36} />
      </Link>
      <div class="comment-body">
        <div class="byline">
          <Link class="author" to={profilePath(author.handle)}>
            <bdi class="name">{author.name}</bdi>
            <span class="handle">@{author.handle}</span>
          </Link>
          <span class="byline-meta">
            <span aria-hidden="true">·</span>
            {pending ? "Sending…" : <Time ms={comment.createdAtMs} />}
          </span>
        </div>
        <RichText text={comment.text} className="text text-small" />
        <div class="actions comment-actions">
          <ReactionButton
            reaction={comment.viewer.reaction}
            count={comment.counts.reactions}
            disabled={pending}
            onReact={(kind) => void reactToComment(comment, kind)}
          />
          <button
            type="button"
            class="text-button"
            disabled={pending}
            onClick={() => onReply(comment)}
          >
            Reply
          </button>
          {own && (
            <button
              type="button"
              class="text-button"
              disabled={pending}
              onClick={() => void deleteConfirmed(comment)}
            >
              Delete
            </button>
          )}
        </div>
      </div>
    </article>
  );
}
