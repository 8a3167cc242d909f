/** The post that a pasted link or number names; null when it names none. */
export function postIn(text: string): string | null {
  const trimmed = text.trim();
  return /^[0-9]{1,19}$/.test(trimmed)
    ? trimmed
    : (/\/post\/([0-9]{1,19})(?:[/?#]|$)/.exec(trimmed)?.[1] ?? null);
}
