import { parseArgs } from "node:util";

/**
 * Reads the switches of a command that takes nothing else. Ends the process itself for
 * `--help` (0) and for what it does not know (2), with the text that explains the command.
 */
export function readSwitches<const Name extends string>(
  help: string,
  names: readonly Name[],
): Readonly<Record<Name, boolean>> {
  const options = Object.fromEntries(
    ["help", ...names].map((name) => [name, { type: "boolean", default: false } as const]),
  );
  try {
    const { values } = parseArgs({ options });
    if (values["help"] !== true) return values as Record<Name, boolean>;
    console.log(help);
    process.exit(0);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${help}`);
    process.exit(2);
  }
}
