import { useRef, useState } from "preact/hooks";

import type { Comment, CommentPage, EmbeddedPost } from "../../../core/feed/schemas.ts";
import { LIMITS } from "../../../core/limits.ts";
import { useGrowing } from "../composer/composer.tsx";
import { threads } from "../data/comment-cache.ts";
import { addComment } from "../data/comment-writes.ts";
import { usePendingComments } from "../data/pending.ts";
import { flatten } from "../data/post-cache.ts";
import { effectsStore, READ_ONLY_REASON } from "../state/level.ts";
import { sessionStore } from "../state/session.ts";
import { useStore } from "../state/store.ts";
import { Avatar } from "../ui/avatar.tsx";
import { Icon } from "../ui/icon.tsx";
import { Empty, Failed, PostSkeletons } from "../ui/states.tsx";
import { CommentCard } from "./comment-card.tsx";

interface CommentsQuery {
  readonly data: { readonly pages: CommentPage[] } | undefined;
  readonly error: unknown;
  readonly isPending: boolean;
  readonly isError: boolean;
  readonly hasNextPage: boolean;
  readonly isFetchingNextPage: boolean;
  readonly fetchNextPage: () => unknown;
  readonly refetch: () => unknown;
}

export function Comments({ post, query }: { post: EmbeddedPost; query: CommentsQuery }) {
  const [replyTo, setReplyTo] = useState<Comment | null>(null);
  const pending = usePendingComments(post.id);
  const comments = [...flatten(query.data?.pages), ...pending];
  const reply = (comment: Comment): void => {
    setReplyTo(comment);
    document.querySelector<HTMLTextAreaElement>("[data-comment-box]")?.focus();
  };
  return (
    <>
      <CommentBox postId={post.id} replyTo={replyTo} onClearReply={() => setReplyTo(null)} />
      {query.isPending && <PostSkeletons count={3} />}
      {query.isError && query.data === undefined && (
        <Failed error={query.error} retry={() => void query.refetch()} />
      )}
      {query.data !== undefined && comments.length === 0 && (
        <Empty
          icon="comment"
          title="No comments yet"
          text="Say something kind, curious or useful."
        />
      )}
      {threads(comments).map(({ comment, replies }) => (
        <section key={comment.id} class="comment-thread">
          <CommentCard comment={comment} onReply={reply} />
          {replies.length > 0 && (
            <div class="replies">
              {replies.map((item) => (
                <CommentCard key={item.id} comment={item} onReply={reply} />
              ))}
            </div>
          )}
        </section>
      ))}
      {query.hasNextPage && (
        <div class="list-end">
          <button
            type="button"
            class="button button-quiet"
            disabled={query.isFetchingNextPage}
            onClick={() => void query.fetchNextPage()}
          >
            Show more comments
          </button>
        </div>
      )}
    </>
  );
}

interface BoxProps {
  readonly postId: string;
  readonly replyTo: Comment | null;
  readonly onClearReply: () => void;
}

function CommentBox({ postId, replyTo, onClearReply }: BoxProps) {
  const [text, setText] = useState("");
  const box = useRef<HTMLTextAreaElement>(null);
  const user = useStore(sessionStore)?.user;
  useGrowing(box, text);
  const trimmed = text.trim();
  const { readOnly } = useStore(effectsStore);
  const ready = !readOnly && trimmed.length > 0 && trimmed.length <= LIMITS.commentCharsMax;

  const send = async (): Promise<void> => {
    if (!ready || user === undefined) return;
    setText("");
    onClearReply();
    const sent = await addComment(user, postId, trimmed, replyTo?.id ?? null);
    if (!sent) setText((now) => (now === "" ? trimmed : now));
  };

  if (user === undefined) return null;
  return (
    <form
      class="comment-box"
      aria-label="New comment"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <Avatar user={user} size={36} />
      <div class="grow">
        {replyTo !== null && (
          <p class="reply-to">
            Replying to {replyTo.author.name}
            <button
              type="button"
              class="icon-button small"
              aria-label="Do not reply to this comment"
              onClick={onClearReply}
            >
              <Icon name="close" size={14} />
            </button>
          </p>
        )}
        <textarea
          ref={box}
          rows={1}
          data-comment-box
          aria-label="Text of the comment"
          placeholder={replyTo === null ? "Add a comment" : "Write a reply"}
          readOnly={readOnly}
          title={readOnly ? READ_ONLY_REASON : undefined}
          maxLength={LIMITS.commentCharsMax}
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
            event.preventDefault();
            void send();
          }}
        />
      </div>
      <button type="submit" class="button button-small" disabled={!ready}>
        Send
      </button>
    </form>
  );
}
