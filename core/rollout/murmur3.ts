/**
 * MurmurHash3, 32 bits for x86, over the low byte of each character: keys and ids are ASCII. Chosen
 * because other flag services bucket by it, so that shares can be compared.
 * Source: https://github.com/aappleby/smhasher/blob/master/src/MurmurHash3.cpp
 *
 * @returns an integer from 0 to 2^32 - 1.
 */
export function murmur3(text: string, seed: number): number {
  let hash = seed;
  const whole = text.length - (text.length % 4);
  for (let i = 0; i < whole; i += 4) {
    hash ^= scrambled(blockAt(text, i, 4));
    hash = Math.imul(rotated(hash, 13), 5) + 0xe6546b64;
  }
  hash ^= scrambled(blockAt(text, whole, text.length - whole));
  return finished(hash ^ text.length);
}

function blockAt(text: string, from: number, count: number): number {
  let block = 0;
  for (let i = 0; i < count; i++) block |= (text.charCodeAt(from + i) & 0xff) << (8 * i);
  return block;
}

const rotated = (value: number, by: number): number => (value << by) | (value >>> (32 - by));
const scrambled = (block: number): number =>
  Math.imul(rotated(Math.imul(block, 0xcc9e2d51), 15), 0x1b873593);

function finished(hash: number): number {
  const once = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  const twice = Math.imul(once ^ (once >>> 13), 0xc2b2ae35);
  return (twice ^ (twice >>> 16)) >>> 0;
}
