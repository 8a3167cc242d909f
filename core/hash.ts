/**
 * 64-bit fingerprint of a text as 16 hex digits: two FNV-1a lanes with different
 * seeds, each finished with an avalanche. Tells an accidental mismatch apart;
 * it is no defence against somebody who looks for collisions.
 */
export function fingerprint(text: string): string {
  let a = 0x811c9dc5;
  let b = 0x01000193;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    a = Math.imul(a ^ code, 0x01000193);
    b = Math.imul(b ^ (code + i), 0x85ebca6b);
  }
  return hex32(avalanche(a)) + hex32(avalanche(b));
}

function avalanche(value: number): number {
  const mixed = Math.imul(value ^ (value >>> 16), 0x45d9f3b);
  return Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d) ^ (mixed >>> 13);
}

const hex32 = (value: number): string => (value >>> 0).toString(16).padStart(8, "0");
