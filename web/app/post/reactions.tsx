import { useRef, useState } from "preact/hooks";

import type { ReactionKind } from "../../../core/feed/schemas.ts";
import { formatCount, plural } from "../format/count.ts";
import { Icon } from "../ui/icon.tsx";
import { useOutside } from "../ui/menu.tsx";

export const REACTION_WORDS: Record<
  ReactionKind,
  { readonly label: string; readonly face: string }
> = {
  like: { label: "Like", face: "👍" },
  love: { label: "Love", face: "❤️" },
  laugh: { label: "Haha", face: "😄" },
  wow: { label: "Wow", face: "😮" },
  sad: { label: "Sad", face: "😢" },
};
const KINDS = Object.entries(REACTION_WORDS) as [ReactionKind, { label: string; face: string }][];

interface Props {
  readonly reaction: ReactionKind | null;
  readonly count: number;
  readonly onReact: (kind: ReactionKind | null) => void;
  readonly disabled?: boolean;
}

/** Along the picker, from the button into it. */
function move(root: HTMLElement | null, by: 1 | -1): void {
  const faces = [...(root?.querySelectorAll<HTMLElement>(".reaction-picker button") ?? [])];
  const at = faces.findIndex((face) => face === document.activeElement);
  faces[(at + by + faces.length) % faces.length]?.focus();
}

/** One click likes or takes back; hovering, a long press or the arrow key up offers the others. */
export function ReactionButton({ reaction, count, onReact, disabled = false }: Props) {
  const [open, setOpen] = useState(false);
  const rootRef = useRef<HTMLDivElement>(null);
  const timerRef = useRef<ReturnType<typeof setTimeout>>(undefined);
  const heldRef = useRef(false);
  useOutside(rootRef, open, () => setOpen(false));

  const later = (next: boolean, ms: number): void => {
    clearTimeout(timerRef.current);
    timerRef.current = setTimeout(() => {
      heldRef.current = next;
      setOpen(next);
    }, ms);
  };
  const choose = (kind: ReactionKind | null): void => {
    clearTimeout(timerRef.current);
    setOpen(false);
    onReact(kind);
  };
  const words = reaction === null ? null : REACTION_WORDS[reaction];
  const name = words === null ? "Like" : `You reacted: ${words.label}. Take back`;

  return (
    <div
      class="reaction-root"
      ref={rootRef}
      onPointerEnter={(event) => event.pointerType === "mouse" && !disabled && later(true, 550)}
      onPointerLeave={(event) => event.pointerType === "mouse" && later(false, 250)}
      onKeyDown={(event) => {
        if (event.key === "ArrowUp" && !open) setOpen(true);
        else if (event.key === "Escape" && open) setOpen(false);
        else if (open && event.key === "ArrowRight") move(rootRef.current, 1);
        else if (open && event.key === "ArrowLeft") move(rootRef.current, -1);
        else return;
        event.preventDefault();
        event.stopPropagation();
      }}
    >
      <button
        type="button"
        class={`action action-like ${reaction === null ? "" : "on"}`}
        data-action="like"
        aria-label={`${name}, ${plural(count, "reaction")}`}
        aria-pressed={reaction !== null}
        title={words === null ? "Like (hold for more)" : words.label}
        disabled={disabled}
        onPointerDown={(event) => {
          heldRef.current = false;
          if (event.pointerType !== "mouse") later(true, 400);
        }}
        onPointerUp={(event) => event.pointerType !== "mouse" && clearTimeout(timerRef.current)}
        onContextMenu={(event) => heldRef.current && event.preventDefault()}
        onClick={() => {
          // The press that opened the picker is not also a like.
          if (heldRef.current && open) heldRef.current = false;
          else choose(reaction === null ? "like" : null);
        }}
      >
        {words === null || reaction === "like" || reaction === "love" ? (
          <Icon name="heart" filled={reaction !== null} />
        ) : (
          <span class="face" aria-hidden="true">
            {words.face}
          </span>
        )}
        {count > 0 && <span class="count">{formatCount(count)}</span>}
      </button>
      {open && (
        <div class="reaction-picker" role="group" aria-label="Choose a reaction">
          {KINDS.map(([kind, { label, face }]) => (
            <button
              key={kind}
              type="button"
              aria-label={label}
              title={label}
              aria-pressed={reaction === kind}
              onClick={() => choose(reaction === kind ? null : kind)}
            >
              <span aria-hidden="true">{face}</span>
            </button>
          ))}
        </div>
      )}
    </div>
  );
}
