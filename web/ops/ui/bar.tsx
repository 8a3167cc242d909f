interface Props {
  /** What it shows, in words: the drawing says nothing that they do not. */
  readonly label: string;
  /** 0 to 1. */
  readonly share: number;
  /** Where it should be, 0 to 1. */
  readonly mark?: number | null;
  readonly colour?: 1 | 2 | 3 | 4 | 5;
}

/** A share as a bar, with a mark where it should be. */
export function Bar({ label, share, mark = null, colour = 1 }: Props) {
  return (
    <div class="bar" role="img" aria-label={label}>
      <span class={`bar-fill line-${colour}`} style={{ width: widthOf(share) }} />
      {mark !== null && <span class="bar-mark" style={{ insetInlineStart: widthOf(mark) }} />}
    </div>
  );
}

const widthOf = (share: number): string => `${Math.max(0, Math.min(1, share)) * 100}%`;
