const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/**
 * How long ago, as short as a byline allows: "now", "5m", "3h", "2d", then a date.
 * A clock that is a little behind the server's reads as "now", never as the future.
 */
export function relativeTime(thenMs: number, nowMs: number, locale?: string): string {
  const agoMs = nowMs - thenMs;
  if (agoMs < MINUTE) return "now";
  if (agoMs < HOUR) return `${Math.floor(agoMs / MINUTE)}m`;
  if (agoMs < DAY) return `${Math.floor(agoMs / HOUR)}h`;
  if (agoMs < 7 * DAY) return `${Math.floor(agoMs / DAY)}d`;
  const sameYear = new Date(thenMs).getFullYear() === new Date(nowMs).getFullYear();
  return new Intl.DateTimeFormat(locale, {
    day: "numeric",
    month: "short",
    ...(!sameYear && { year: "numeric" }),
  }).format(thenMs);
}

export const absoluteTime = (thenMs: number, locale?: string, timeZone?: string): string =>
  new Intl.DateTimeFormat(locale, {
    dateStyle: "long",
    timeStyle: "short",
    ...(timeZone !== undefined && { timeZone }),
  }).format(thenMs);

export const monthAndYear = (thenMs: number, locale?: string, timeZone?: string): string =>
  new Intl.DateTimeFormat(locale, {
    month: "long",
    year: "numeric",
    ...(timeZone !== undefined && { timeZone }),
  }).format(thenMs);
