/** The protobuf wire format, writing only: https://protobuf.dev/programming-guides/encoding/ */
const VARINT = 0;
const BYTES = 2;
const FIXED32 = 5;

const encoder = new TextEncoder();

/** Fields, each a chunk of bytes, in the order in which they are written. */
export type Fields = readonly Uint8Array[];

/** A whole number, negative ones in ten bytes as two's complement. */
export const intField = (field: number, value: number): Uint8Array =>
  Uint8Array.from([...varint(BigInt(field * 8 + VARINT)), ...varint(BigInt(value))]);

export function floatField(field: number, value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, value, true);
  return joined([Uint8Array.from(varint(BigInt(field * 8 + FIXED32))), bytes]);
}

export const textField = (field: number, text: string): Uint8Array =>
  bytesField(field, encoder.encode(text));

export const messageField = (field: number, fields: Fields): Uint8Array =>
  bytesField(field, joined(fields));

export const bytesField = (field: number, bytes: Uint8Array): Uint8Array =>
  joined([
    Uint8Array.from([...varint(BigInt(field * 8 + BYTES)), ...varint(BigInt(bytes.length))]),
    bytes,
  ]);

export function joined(chunks: Fields): Uint8Array {
  const bytes = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

function varint(value: bigint): number[] {
  let left = BigInt.asUintN(64, value);
  const bytes: number[] = [];
  while (left >= 0x80n) {
    bytes.push(Number(left & 0x7fn) | 0x80);
    left >>= 7n;
  }
  bytes.push(Number(left));
  return bytes;
}
