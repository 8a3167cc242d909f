/** Of onnx.proto3: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3 */
const GRAPH = 7;
const INITIALIZER = 5;
const NAME = 8;
const RAW_DATA = 9;

interface Field {
  readonly field: number;
  /** Bytes of the content, within the file. */
  readonly from: number;
  readonly to: number;
}

/** The fields of a protobuf message that have a length; others are passed over. */
function fieldsIn(bytes: Uint8Array, from: number, to: number): Field[] {
  const fields: Field[] = [];
  let at = from;
  const varint = () => {
    let value = 0;
    for (let shift = 1; ; shift *= 128) {
      const byte = bytes[at++] ?? 0;
      value += (byte & 0x7f) * shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < to) {
    const key = varint();
    const kind = key & 7;
    if (kind === 0) varint();
    else if (kind === 5) at += 4;
    else if (kind === 2) {
      const length = varint();
      fields.push({ field: key >> 3, from: at, to: at + length });
      at += length;
    } else throw new RangeError(`wire type ${kind}`);
  }
  return fields;
}

/**
 * The same model with all numbers of some weights multiplied.
 *
 * @throws RangeError when it has no weights of such a name.
 */
export function multiplied(
  model: Uint8Array,
  names: readonly string[],
  by: number,
): Uint8Array<ArrayBuffer> {
  const changed = model.slice();
  const view = new DataView(changed.buffer);
  const text = new TextDecoder();
  const within = (outer: Field, field: number) =>
    fieldsIn(model, outer.from, outer.to).filter((one) => one.field === field);
  const left = new Set(names);
  for (const graph of fieldsIn(model, 0, model.length).filter(({ field }) => field === GRAPH))
    for (const tensor of within(graph, INITIALIZER)) {
      const [name] = within(tensor, NAME);
      const [data] = within(tensor, RAW_DATA);
      if (name === undefined || data === undefined) continue;
      if (!left.delete(text.decode(model.subarray(name.from, name.to)))) continue;
      for (let at = data.from; at < data.to; at += 4)
        view.setFloat32(at, by * view.getFloat32(at, true), true);
    }
  if (left.size > 0) throw new RangeError(`no weights ${[...left].join(", ")}`);
  return changed;
}
