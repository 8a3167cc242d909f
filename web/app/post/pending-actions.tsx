import type { Post } from "../../../core/feed/schemas.ts";
import { draftStore, isEmpty } from "../composer/draft.ts";
import { openComposer } from "../composer/open.ts";
import { sendAgain, takeBack } from "../data/outbox.ts";
import { useItemOf } from "../data/pending.ts";
import { showToast } from "../state/toasts.ts";

/** Gives the words back to the composer, unless it holds others. */
export async function editPending(itemId: string, post: Post): Promise<void> {
  const quote = post.quoteOf ?? null;
  const drafts = draftStore(quote === null ? "post" : `quote.${quote.id}`);
  if (!isEmpty(drafts.get())) {
    showToast("Send or clear what you are writing first");
    return;
  }
  if ((await takeBack(itemId)) === null) {
    showToast("It is being sent already");
    return;
  }
  drafts.set({ text: post.text, audience: post.audience, media: post.media });
  openComposer(quote);
}

/** What its author can do with a post that is not out yet. */
export function PendingActions({ post }: { post: Post }) {
  const item = useItemOf(post.id);
  // As tall as the actions that follow, so that nothing moves when the post is out.
  if (item === undefined || item.state === "sending")
    return <div class="actions pending-actions" />;
  return (
    <div class="actions pending-actions">
      {item.refusal !== null && <p class="pending-why">{item.refusal.detail}</p>}
      <button type="button" class="text-button" onClick={() => void editPending(item.id, post)}>
        Edit
      </button>
      {item.state === "failed" && (
        <button type="button" class="text-button" onClick={() => void sendAgain(item.id)}>
          Try again
        </button>
      )}
      <button type="button" class="text-button" onClick={() => void takeBack(item.id)}>
        {item.state === "failed" ? "Discard" : "Take back"}
      </button>
    </div>
  );
}
