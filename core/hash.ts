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

/**
 * Jump consistent hash (Lamping and Veach 2014, https://arxiv.org/abs/1406.2294): spreads keys evenly over
 * `buckets`, and when there are more of them moves only those that the new ones get. The paper's generator has
 * 64 bits; this one has 32, which is as many as `hash` has.
 *
 * @param hash of the key, 32 bits, well spread.
 * @returns from 0 to `buckets` - 1.
 */
export function jumpHash(hash: number, buckets: number): number {
  let state = hash | 0;
  let bucket = 0;
  for (let next = 0; next < buckets;) {
    bucket = next;
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    // In (0, 1].
    const drawn = (((mixed ^ (mixed >>> 14)) >>> 0) + 1) / 2 ** 32;
    next = Math.floor((bucket + 1) / drawn);
  }
  return bucket;
}
