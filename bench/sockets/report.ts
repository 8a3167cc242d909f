import { percentile } from "../measure/statistics.ts";
import { digits, table } from "../report/table.ts";
import type { SocketsOptions } from "./options.ts";

export interface Spent {
  readonly seconds: number;
  /** CPU per connection: of the runtime (gateway, objects, the local front door), and of the clients in this process. */
  readonly cpuMs: number;
  readonly benchCpuMs: number;
  /** Cores that other processes of the machine used meanwhile: what the times suffer from. */
  readonly foreignCores: number;
}

export interface Measured {
  readonly connected: Spent & { readonly bytes: number; readonly connectMs: readonly number[] };
  /** Of those who came back: from the last try's beginning, the wait before it aside. */
  readonly storm: Spent & { readonly connectMs: readonly number[] };
  readonly calls: number;
  readonly calledAgain: number;
  readonly tellMs: readonly number[];
  /** From the call to the listener, those who were away included. */
  readonly heardMs: readonly number[];
  /** What all listeners together had to hear. */
  readonly told: number;
  /** Not heard, and no gap declared. */
  readonly lost: number;
  readonly twice: number;
  readonly holes: number;
  readonly repeatedNumbers: number;
  readonly gaps: number;
}

export function reportOf(options: SocketsOptions, measured: Measured) {
  const { connected, storm, tellMs, heardMs, ...counted } = measured;
  const spread = (values: readonly number[]) => ({
    p50: percentile(values, 0.5),
    p99: percentile(values, 0.99),
    max: percentile(values, 1),
  });
  return {
    bench: "sockets",
    options,
    isMet: counted.lost === 0 && counted.holes === 0 && counted.twice === 0,
    connected: { ...connected, connectMs: spread(connected.connectMs) },
    storm: { ...storm, connectMs: spread(storm.connectMs) },
    tellMs: spread(tellMs),
    heardMs: spread(heardMs),
    ...counted,
  };
}
export type Report = ReturnType<typeof reportOf>;

export function reportText(report: Report): string {
  const { options, connected, storm } = report;
  const row = (name: string, { p50, p99, max }: Report["tellMs"]) => [
    name,
    digits(p50, 1),
    digits(p99, 1),
    digits(max, 1),
  ];
  return [
    "",
    `${options.viewers} viewers in ${options.buckets} buckets; ${options.tellsPerSecond} calls a second for ${options.seconds} s, each about ${options.named} viewers.`,
    "",
    table(
      ["ms", "p50", "p99", "max"],
      [
        row("connect", connected.connectMs),
        row("connect in the storm", storm.connectMs),
        row("call of a bucket", report.tellMs),
        row("call to listener", report.heardMs),
      ],
    ),
    "",
    `Connecting all took ${digits(connected.seconds, 1)} s; ${digits(connected.cpuMs, 2)} ms of CPU (${digits(connected.benchCpuMs, 2)} more in the clients) and ${digits(connected.bytes / 1_024, 1)} KiB each; others used ${digits(connected.foreignCores, 1)} cores.`,
    `After everybody dropped at once and every object lost its memory, all were back in ${digits(storm.seconds, 1)} s: ${digits(storm.cpuMs, 2)} ms of CPU each, news included (${digits(storm.benchCpuMs, 2)} more in the clients); others used ${digits(storm.foreignCores, 1)} cores.`,
    `${report.told} facts told in ${report.calls} calls (${report.calledAgain} made again): ${report.lost} lost undeclared, ${report.twice} heard twice, ${report.gaps} gaps declared, ${report.holes} holes in numbers, ${report.repeatedNumbers} numbers again.`,
    `Zero lost, or declared: ${report.isMet ? "met" : "missed"}.`,
    "",
  ].join("\n");
}
