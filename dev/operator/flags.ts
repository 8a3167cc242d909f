import { parseArgs, type ParseArgsOptionsConfig } from "node:util";

/** A flag is wrong; the message names it. */
export class FlagError extends Error {
  override readonly name = "FlagError";
}

export type Flags = ReadonlyMap<string, string | true>;

/** @throws FlagError on an unknown flag, a missing value, or a stray word. */
export function readFlags(args: readonly string[], options: ParseArgsOptionsConfig): Flags {
  try {
    const { values } = parseArgs({
      args: [...args],
      options,
      strict: true,
      allowPositionals: false,
    });
    return new Map(
      Object.entries(values).flatMap(([name, value]): [string, string | true][] =>
        typeof value === "string" || value === true ? [[name, value]] : [],
      ),
    );
  } catch (error) {
    throw new FlagError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

export function textFlag(flags: Flags, name: string): string | undefined {
  const value = flags.get(name);
  return typeof value === "string" ? value : undefined;
}

/** @throws FlagError */
export function numberFlag(
  flags: Flags,
  name: string,
  bounds: { readonly min: number; readonly max: number; readonly whole?: boolean },
): number | undefined {
  const text = textFlag(flags, name);
  if (text === undefined) return undefined;
  const value = Number(text);
  const fits = text.trim() !== "" && value >= bounds.min && value <= bounds.max;
  if (!fits || (bounds.whole !== false && !Number.isInteger(value))) {
    const kind = bounds.whole === false ? "a number" : "a whole number";
    throw new FlagError(
      `--${name} takes ${kind} from ${bounds.min} to ${bounds.max}, not "${text}"`,
    );
  }
  return value;
}
