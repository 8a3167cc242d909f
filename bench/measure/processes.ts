import { readdirSync, readFileSync } from "node:fs";

/** The kernel counts in hundredths of a second on every platform that Node runs on. */
const TICKS_PER_SECOND = 100;

/** Seconds of CPU of these processes and of their children that have ended. */
export const cpuSeconds = (pids: readonly number[]): number =>
  pids.reduce((sum, pid) => sum + ownTicks(pid) + endedChildrenTicks(pid), 0) / TICKS_PER_SECOND;

/** Seconds of CPU that this process itself has used, and its ended children (generators). */
export const benchCpuSeconds = (): number => cpuSeconds([process.pid]);

/** Seconds that all cores together were busy since boot. */
export function busySeconds(): number {
  const [, user = 0, nice = 0, system = 0, , , irq = 0, softIrq = 0, steal = 0] = readFileSync(
    "/proc/stat",
    "utf8",
  )
    .split("\n", 1)
    .join("")
    .split(/\s+/)
    .map(Number);
  return (user + nice + system + irq + softIrq + steal) / TICKS_PER_SECOND;
}

/** `pid` and everything it started, however deep. */
export function withDescendants(pid: number): number[] {
  return [pid, ...childrenOf(pid).flatMap(withDescendants)];
}

/** Runtime processes that this process started and that still run. */
export const runtimePids = (): number[] =>
  withDescendants(process.pid).filter((pid) => commandOf(pid) === "workerd");

function childrenOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
      readFileSync(`/proc/${pid}/task/${task}/children`, "utf8")
        .split(" ")
        .filter((text) => text !== "")
        .map(Number),
    );
  } catch {
    return []; // It has just ended.
  }
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, "utf8").trim();
  } catch {
    return ""; // It has just ended.
  }
}

const ownTicks = (pid: number): number => statField(pid, 11) + statField(pid, 12);
const endedChildrenTicks = (pid: number): number => statField(pid, 13) + statField(pid, 14);

/** Field of /proc/PID/stat, counted from the state, which follows the name in brackets. */
function statField(pid: number, index: number): number {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    return Number(text.slice(text.lastIndexOf(")") + 2).split(" ")[index]);
  } catch {
    return 0; // It has just ended.
  }
}
