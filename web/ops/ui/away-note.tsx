/** What is missing from a part of the page, and why. Nothing where all of it is there. */
export function AwayNote({ parts }: { parts: readonly string[] }) {
  if (parts.length === 0) return null;
  const shown = parts.slice(0, SHOWN);
  const more = parts.length - shown.length;
  return (
    <p class="stale" role="status">
      Without {shown.join(", ")}
      {more > 0 && `, and ${more} more`}.
    </p>
  );
}

/** Dozens of parts of one region fail together: the first say where. */
const SHOWN = 6;
