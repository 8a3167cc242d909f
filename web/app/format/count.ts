const exact = new Intl.NumberFormat("en");
const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

/** 0 to 9,999 exactly; then 12.3K, 1.2M. */
export const formatCount = (n: number): string =>
  n < 10_000 ? exact.format(n) : compact.format(n);

/** "1 comment", "12.3K comments". */
export const plural = (n: number, one: string, many = `${one}s`): string =>
  `${formatCount(n)} ${n === 1 ? one : many}`;
