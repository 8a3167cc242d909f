import type { EmbeddedPost, Post } from "../../../core/feed/schemas.ts";
import { openComposer } from "../composer/open.ts";
import { isPending } from "../data/post-cache.ts";
import { reactTo, repost } from "../data/post-writes.ts";
import { formatCount, plural } from "../format/count.ts";
import { navigate } from "../state/location.ts";
import { postPath } from "../state/routes.ts";
import { sessionStore } from "../state/session.ts";
import { showToast } from "../state/toasts.ts";
import { Icon } from "../ui/icon.tsx";
import { Menu } from "../ui/menu.tsx";
import { ReactionButton } from "./reactions.tsx";

/** What the actions of a card act on: the original of a repost, else the post itself. */
export const subjectOf = (post: Post): EmbeddedPost => post.repostOf ?? post;

export async function copyLink(post: EmbeddedPost): Promise<void> {
  try {
    await navigator.clipboard.writeText(new URL(postPath(post.id), location.href).href);
    showToast("Link copied");
  } catch {
    showToast("The browser did not allow copying", { tone: "error" });
  }
}

/** Only a public post can be passed on; the server holds to the same rule. */
export function PostActions({ post }: { post: Post }) {
  const subject = subjectOf(post);
  const disabled = isPending(post) || post.repostOf === null;
  const { reactions, comments, reposts } = subject.counts;
  return (
    <div class="actions">
      <button
        type="button"
        class="action action-comment"
        data-action="comment"
        aria-label={`Comment, ${plural(comments, "comment")}`}
        title="Comment"
        disabled={disabled}
        onClick={() => openComments(subject)}
      >
        <Icon name="comment" />
        {comments > 0 && <span class="count">{formatCount(comments)}</span>}
      </button>
      <RepostMenu post={subject} count={reposts} disabled={disabled} />
      <ReactionButton
        reaction={subject.viewer.reaction}
        count={reactions}
        disabled={disabled}
        onReact={(kind) => void reactTo(subject, kind)}
      />
      <button
        type="button"
        class="action action-link"
        aria-label="Copy link"
        title="Copy link"
        disabled={disabled}
        onClick={() => void copyLink(subject)}
      >
        <Icon name="link" />
      </button>
    </div>
  );
}

function RepostMenu({
  post,
  count,
  disabled,
}: {
  post: EmbeddedPost;
  count: number;
  disabled: boolean;
}) {
  const viewer = sessionStore.get()?.user;
  const closed = post.audience !== "public";
  return (
    <Menu
      label={
        closed ? "Only public posts can be reposted" : `Repost or quote, ${plural(count, "repost")}`
      }
      buttonClass="action action-repost"
      action="repost"
      align="start"
      disabled={disabled || closed}
      button={
        <>
          <Icon name="repost" />
          {count > 0 && <span class="count">{formatCount(count)}</span>}
        </>
      }
      items={[
        {
          label: "Repost",
          hint: "To your followers, as it is",
          icon: "repost",
          run: () => void (viewer && repost(viewer, post)),
        },
        {
          label: "Quote",
          hint: "Add words of your own",
          icon: "quote",
          run: () => openComposer(post),
        },
      ]}
    />
  );
}

/** On the post's own page the box is there already; elsewhere the page opens first. */
function openComments(post: EmbeddedPost): void {
  navigate(postPath(post.id));
  const focus = (triesLeft: number): void => {
    const box = document.querySelector<HTMLTextAreaElement>("[data-comment-box]");
    if (box !== null) box.focus();
    else if (triesLeft > 0) requestAnimationFrame(() => focus(triesLeft - 1));
  };
  requestAnimationFrame(() => focus(60));
}
