/** One event as one line of JSON. `event` is a name in snake case; the rest is what an operator filters by. */
export type Log = (
  level: "info" | "warn" | "error",
  event: string,
  fields?: Readonly<Record<string, unknown>>,
) => void;

/** Writes to stdout, which a container's runtime collects. */
export const jsonLog: Log = (level, event, fields = {}) => {
  process.stdout.write(
    `${JSON.stringify({ at: new Date().toISOString(), level, event, ...fields })}\n`,
  );
};
