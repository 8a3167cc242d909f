const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A length of time as an operator says it: "4 s", "3 min", "2 h 10 min", "3 d". */
export function span(ms: number): string {
  if (ms < MINUTE) return `${Math.max(0, Math.round(ms / SECOND))} s`;
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min`;
  if (ms < DAY) {
    const minutes = Math.floor((ms % HOUR) / MINUTE);
    return `${Math.floor(ms / HOUR)} h${minutes === 0 ? "" : ` ${minutes} min`}`;
  }
  return `${Math.floor(ms / DAY)} d`;
}

export const ago = (atMs: number, nowMs: number): string =>
  nowMs - atMs < SECOND ? "now" : `${span(nowMs - atMs)} ago`;

/** "14:03:22", with the day when it is another one. */
export function clockTime(atMs: number, nowMs: number): string {
  const at = new Date(atMs);
  const time = at.toLocaleTimeString(undefined, { hour12: false });
  const isToday = at.toDateString() === new Date(nowMs).toDateString();
  return isToday
    ? time
    : `${at.toLocaleDateString(undefined, { day: "numeric", month: "short" })}, ${time}`;
}

const number = new Intl.NumberFormat(undefined, { maximumSignificantDigits: 3 });
const whole = new Intl.NumberFormat();
export const count = (value: number): string =>
  Number.isInteger(value) ? whole.format(value) : number.format(value);
const hundredths = new Intl.NumberFormat(undefined, { maximumFractionDigits: 2 });
export const percent = (share: number): string => `${hundredths.format(share * 100)} %`;
export const millis = (ms: number | null): string =>
  ms === null ? "–" : `${number.format(ms)} ms`;
/** "1.2 MB": steps of a thousand. */
export function bytes(value: number): string {
  const step = Math.min(4, Math.max(0, Math.floor(Math.log10(Math.max(1, value)) / 3)));
  return `${number.format(value / 1_000 ** step)} ${["B", "KB", "MB", "GB", "TB"][step]}`;
}
/** `feed_cache` as people write it. */
export const words = (name: string): string => name.replaceAll(/[_-]/g, " ");
