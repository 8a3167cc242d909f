import { useState } from "preact/hooks";

import type { Post } from "../../../core/feed/schemas.ts";
import { feedbackStore } from "../data/feedback.ts";
import { isPending } from "../data/post-cache.ts";
import { changeAudience, giveFeedback, removePost } from "../data/post-writes.ts";
import { blockWithUndo, muteWithUndo } from "../feed/person-actions.ts";
import { askWhy, askWhyNot } from "../feed/why-store.ts";
import { goBack, placeStore } from "../state/location.ts";
import { postPath } from "../state/routes.ts";
import { sessionStore } from "../state/session.ts";
import { useStore } from "../state/store.ts";
import { confirmed } from "../ui/confirm.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Icon } from "../ui/icon.tsx";
import { Menu, type MenuItem } from "../ui/menu.tsx";
import { audienceOptions } from "./audience.tsx";
import { copyLink, subjectOf } from "./post-actions.tsx";
import { ReactionsDialog } from "./reactions-dialog.tsx";

async function removeConfirmed(post: Post): Promise<void> {
  const isRepost = post.repostOf !== undefined;
  const sure =
    isRepost ||
    (await confirmed(
      "Delete this post?",
      "It goes away for everyone, with its comments and reactions.",
      "Delete",
    ));
  if (!sure) return;
  const wasOpen = placeStore.get().path === postPath(post.id);
  if ((await removePost(post)) && wasOpen) goBack();
}

const FEEDBACK = [
  { kind: "more", label: "More like this", icon: "more_like" },
  { kind: "less", label: "Less like this", icon: "less_like" },
] as const;

export function PostMenu({ post }: { post: Post }) {
  const [dialog, setDialog] = useState<"none" | "audience" | "reactions">("none");
  const viewer = sessionStore.get()?.user;
  const subject = subjectOf(post);
  const own = post.author.id === viewer?.id;
  const feedback = useStore(feedbackStore).get(subject.id) ?? null;
  const items: MenuItem[] = [
    placeStore.get().path === "/"
      ? { label: "Why is this here?", icon: "why", run: () => askWhy(post.id) }
      : { label: "Why is this not in my feed?", icon: "why", run: () => askWhyNot(subject.id) },
    { label: "Copy link", icon: "link", run: () => void copyLink(subject) },
    { label: "See reactions", icon: "heart", run: () => setDialog("reactions") },
  ];
  if (own && post.repostOf === undefined) {
    items.push({ label: "Change audience", icon: "globe", run: () => setDialog("audience") });
  }
  if (own) {
    const label = post.repostOf === undefined ? "Delete post" : "Remove repost";
    items.push({ label, icon: "trash", tone: "danger", run: () => void removeConfirmed(post) });
  }
  if (subject.author.id !== viewer?.id) {
    const { author } = subject;
    items.push(
      ...FEEDBACK.map(({ kind, label, icon }) => ({
        label,
        icon,
        checked: feedback === kind,
        run: () => void giveFeedback(subject.id, feedback === kind ? null : kind),
      })),
      { label: `Mute @${author.handle}`, icon: "mute", run: () => void muteWithUndo(author) },
      {
        label: `Block @${author.handle}`,
        icon: "block",
        tone: "danger",
        run: () => void blockWithUndo(author),
      },
    );
  }
  return (
    <>
      <Menu label="More" button={<Icon name="more" />} items={items} disabled={isPending(post)} />
      {dialog === "reactions" && (
        <ReactionsDialog postId={subject.id} onClose={() => setDialog("none")} />
      )}
      {dialog === "audience" && <AudienceDialog post={post} onClose={() => setDialog("none")} />}
    </>
  );
}

function AudienceDialog({ post, onClose }: { post: Post; onClose: () => void }) {
  return (
    <Dialog title="Who can see this post" onClose={onClose} className="dialog-small">
      <div class="choices">
        {audienceOptions.map(([audience, { label, hint, icon }]) => (
          <button
            key={audience}
            type="button"
            class="menu-item"
            aria-pressed={post.audience === audience}
            onClick={() => {
              onClose();
              if (audience !== post.audience) void changeAudience(post, audience);
            }}
          >
            <Icon name={icon} />
            <span class="menu-text">
              {label}
              <small>{hint}</small>
            </span>
            {post.audience === audience && <Icon name="check" size={18} />}
          </button>
        ))}
      </div>
    </Dialog>
  );
}
