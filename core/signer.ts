/** Keyed, deterministic and URL-safe: the same text gives the same signature. */
export interface Signer {
  sign(text: string): string;
}

/** Compares in a time that depends on the lengths alone. */
export function sameText(a: string, b: string): boolean {
  let difference = a.length ^ b.length;
  for (let i = 0; i < a.length; i++) difference |= a.charCodeAt(i) ^ b.charCodeAt(i);
  return difference === 0;
}
