import { useEffect, useId, useRef } from "preact/hooks";

import type { EmbeddedPost } from "../../../core/feed/schemas.ts";
import { LIMITS } from "../../../core/limits.ts";
import { forgetPending, publish } from "../data/post-writes.ts";
import { useSettings } from "../data/queries.ts";
import { AudiencePicker } from "../post/audience.tsx";
import { Embed } from "../post/embed.tsx";
import { effectsStore, READ_ONLY_REASON } from "../state/level.ts";
import { sessionStore } from "../state/session.ts";
import { useStore } from "../state/store.ts";
import { Avatar } from "../ui/avatar.tsx";
import { Icon } from "../ui/icon.tsx";
import { EMPTY_DRAFT, type Draft, draftStore, isEmpty } from "./draft.ts";
import { ImageTray } from "./image-tray.tsx";
import { IMAGE_TYPES, VIDEO_TYPES, useUploads } from "./uploads.ts";

interface Props {
  readonly quote?: EmbeddedPost | null;
  readonly focused?: boolean;
  readonly onSent?: () => void;
}

const MEDIA_TYPES = [...IMAGE_TYPES, ...VIDEO_TYPES];

/** The count shows once it could matter. */
const COUNT_FROM = LIMITS.postCharsMax - 500;

export function Composer({ quote = null, focused = false, onSent }: Props) {
  const draftName = quote === null ? "post" : `quote.${quote.id}`;
  const drafts = draftStore(draftName);
  const draft = useStore(drafts);
  const boxRef = useRef<HTMLTextAreaElement>(null);
  const user = useStore(sessionStore)?.user;
  const settings = useSettings();
  const { readOnly } = useStore(effectsStore);
  const whyId = useId();
  const setDraft = (change: (before: Draft) => Draft): void => drafts.set(change(drafts.get()));
  const uploads = useUploads(
    draft.media.length,
    (media) =>
      setDraft((before) => ({
        ...before,
        media: [...before.media, media].slice(0, LIMITS.postMediaMax),
      })),
    MEDIA_TYPES,
  );
  useGrowing(boxRef, draft.text);

  const audience = draft.audience ?? settings.data?.defaultAudience ?? "public";
  const length = draft.text.trim().length;
  const tooLong = length > LIMITS.postCharsMax;
  const ready =
    !readOnly && (length > 0 || draft.media.length > 0) && !tooLong && uploads.busy === 0;

  const send = async (): Promise<void> => {
    if (!ready || user === undefined) return;
    const sent = draft;
    setDraft(() => EMPTY_DRAFT);
    onSent?.();
    const post = {
      text: sent.text.trim(),
      audience,
      media: [...sent.media],
      ...(quote !== null && { quoteOf: quote.id }),
    };
    const { done, pendingId } = await publish(user, post, quote);
    // Whatever was begun meanwhile is not overwritten: then the refused post keeps its words.
    if (done || !isEmpty(drafts.get())) return;
    setDraft(() => sent);
    await forgetPending(pendingId);
  };

  if (user === undefined) return null;
  return (
    <form
      class="composer"
      aria-label={quote === null ? "New post" : "Quote"}
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
      onPaste={(event) => uploads.add(event.clipboardData?.files ?? null)}
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        if ((event.dataTransfer?.files.length ?? 0) === 0) return;
        event.preventDefault();
        uploads.add(event.dataTransfer?.files ?? null);
      }}
    >
      <Avatar user={user} />
      <div class="composer-body">
        <textarea
          ref={boxRef}
          rows={1}
          data-first-focus={focused || undefined}
          readOnly={readOnly}
          aria-describedby={readOnly ? whyId : undefined}
          placeholder={quote === null ? "What’s on your mind?" : "Add your words"}
          aria-label="Text of the post"
          value={draft.text}
          onInput={(event) => {
            const text = event.currentTarget.value;
            setDraft((before) => ({ ...before, text }));
          }}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
            event.preventDefault();
            void send();
          }}
        />
        <ImageTray
          media={draft.media}
          uploads={uploads.uploads}
          onChange={(media) => setDraft((before) => ({ ...before, media }))}
        />
        {quote !== null && <Embed post={quote} />}
        <div class="composer-bar">
          <label
            class={`icon-button ${draft.media.length >= LIMITS.postMediaMax ? "disabled" : ""}`}
            title="Add images or videos"
          >
            <Icon name="image" />
            <input
              class="sr-only"
              type="file"
              accept={MEDIA_TYPES.join(",")}
              multiple
              aria-label="Add images or videos"
              disabled={draft.media.length >= LIMITS.postMediaMax}
              onChange={(event) => {
                uploads.add(event.currentTarget.files);
                event.currentTarget.value = "";
              }}
            />
          </label>
          <AudiencePicker
            value={audience}
            onPick={(picked) => setDraft((before) => ({ ...before, audience: picked }))}
          />
          <span class="grow" />
          {(length > 0 || tooLong) && (
            <span
              class={`char-count ${tooLong ? "over" : ""}`}
              aria-live={length > COUNT_FROM ? "polite" : "off"}
            >
              {LIMITS.postCharsMax - length}
              <span class="sr-only"> characters left</span>
            </span>
          )}
          <button
            type="submit"
            class="button"
            disabled={!ready}
            aria-describedby={readOnly ? whyId : undefined}
            title="Post (Ctrl+Enter)"
          >
            Post
          </button>
        </div>
        {readOnly && (
          <p class="read-only-why" id={whyId}>
            {READ_ONLY_REASON}
          </p>
        )}
      </div>
    </form>
  );
}

/** The box is as tall as its text. */
export function useGrowing(
  boxRef: { readonly current: HTMLTextAreaElement | null },
  text: string,
): void {
  useEffect(() => {
    const element = boxRef.current;
    if (element === null) return;
    element.style.height = "auto";
    element.style.height = `${element.scrollHeight}px`;
  }, [boxRef, text]);
}
