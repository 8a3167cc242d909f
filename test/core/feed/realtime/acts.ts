import fc from "fast-check";

import { LIMITS } from "../../../../core/limits.ts";

/** Acts of the outside world; numbers choose whom they are about. */
export type Act =
  | {
      readonly do: "post" | "notify" | "hide" | "connect" | "drop" | "caughtUp";
      readonly who: number;
      readonly n: number;
    }
  | { readonly do: "count" | "revoke" | "narrow"; readonly post: number; readonly n: number }
  | { readonly do: "pass"; readonly ms: number }
  /** Memory goes: while sockets stay, as in sleep, or with all of them. */
  | { readonly do: "sleep" | "crash" | "breakDisk" };

const who = fc.record({ who: fc.nat(2), n: fc.nat(5) });
export const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 4, arbitrary: who.map((rest) => ({ do: "post" as const, ...rest })) },
  { weight: 3, arbitrary: who.map((rest) => ({ do: "connect" as const, ...rest })) },
  { weight: 3, arbitrary: who.map((rest) => ({ do: "drop" as const, ...rest })) },
  who.map((rest) => ({ do: "notify" as const, ...rest })),
  who.map((rest) => ({ do: "hide" as const, ...rest })),
  who.map((rest) => ({ do: "caughtUp" as const, ...rest })),
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant("count" as const), post: fc.nat(2), n: fc.nat(99) }),
  },
  fc.record({ do: fc.constant("revoke" as const), post: fc.nat(2), n: fc.nat(99) }),
  fc.record({ do: fc.constant("narrow" as const), post: fc.nat(2), n: fc.nat(3) }),
  {
    weight: 4,
    arbitrary: fc
      .oneof(
        fc.nat(300),
        fc.constantFrom(
          1_000,
          0.6 * LIMITS.socketQuietMs,
          LIMITS.socketMemoryMs / 2,
          LIMITS.socketMemoryMs,
        ),
      )
      .map((ms) => ({ do: "pass" as const, ms })),
  },
  fc
    .constantFrom("sleep" as const, "crash" as const, "breakDisk" as const)
    .map((one) => ({ do: one })),
);
