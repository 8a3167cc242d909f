/** Element types that models here use. */
export type ElementType = "float" | "uint8" | "int8" | "int32" | "int64" | "float16";

/** A number, or the name of what is known only when the graph runs. */
export type Dim = number | string;

export interface Tensor {
  readonly name: string;
  readonly type: ElementType;
  readonly dims: readonly number[];
  /** Little-endian elements, as `raw_data` holds them. */
  readonly bytes: Uint8Array;
}

export type Attribute =
  | { readonly kind: "int"; readonly value: number }
  | { readonly kind: "ints"; readonly value: readonly number[] };

export interface Node {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

export interface ValueInfo {
  readonly name: string;
  readonly type: ElementType;
  /** Null leaves them to the runtime, which infers them. */
  readonly dims: readonly Dim[] | null;
}

/** A computation as plain data: nodes in the order in which they run. */
export interface Graph {
  readonly nodes: readonly Node[];
  readonly initializers: readonly Tensor[];
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
}

export const int = (value: number): Attribute => ({ kind: "int", value });
export const ints = (value: readonly number[]): Attribute => ({ kind: "ints", value });

export const bytesOf = (values: ArrayBufferView): Uint8Array =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

export const floats = (name: string, dims: readonly number[], values: Float32Array): Tensor => ({
  name,
  type: "float",
  dims,
  bytes: bytesOf(values),
});

export const int64s = (name: string, values: readonly number[]): Tensor => ({
  name,
  type: "int64",
  dims: [values.length],
  bytes: bytesOf(BigInt64Array.from(values, BigInt)),
});

/** @throws TypeError when it is not of floats, which is a bug. */
export function floatsOf({ name, type, bytes }: Tensor): Float32Array {
  if (type !== "float") throw new TypeError(`${name} is ${type}`);
  return new Float32Array(Uint8Array.from(bytes).buffer);
}
