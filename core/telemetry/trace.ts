import type { Random } from "../clock.ts";
import { LIMITS } from "../limits.ts";

/**
 * Where a traced request is, as one hop tells the next: W3C Trace Context,
 * https://www.w3.org/TR/trace-context/. Only sampled requests carry one; between hops, all others carry nothing.
 */
export interface TraceContext {
  /** 32 hexadecimal digits. */
  readonly trace: string;
  /** Of who asks, 16 hexadecimal digits: the parent of what is done for it. */
  readonly span: string;
  /** `tracestate` of who began the trace, as it came. */
  readonly state?: string;
}

export interface Traceparent {
  readonly trace: string;
  readonly span: string;
  readonly sampled: boolean;
}

/** Lower case. */
export const TRACEPARENT = "traceparent";
export const TRACESTATE = "tracestate";

const PARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const ZEROS = /^0+$/;
const SAMPLED = 1;

/**
 * Null: there is none, or it is invalid, and a new trace begins. Version 00 is exactly what the
 * specification has; of a later one, what follows the flags is left out, as are flags that are unknown.
 */
export function parseTraceparent(text: string | null): Traceparent | null {
  if (text === null || text.length > LIMITS.traceHeaderCharsMax) return null;
  const [, version, trace = "", span = "", flags = "", rest] = PARENT.exec(text) ?? [];
  if (version === undefined || version === "ff") return null;
  if (version === "00" && rest !== undefined) return null;
  if (ZEROS.test(trace) || ZEROS.test(span)) return null;
  return { trace, span, sampled: (Number.parseInt(flags, 16) & SAMPLED) === SAMPLED };
}

/** Of what is sampled. */
export const formatTraceparent = ({ trace, span }: TraceContext): string =>
  `00-${trace}-${span}-01`;

const MEMBER =
  /^[a-z0-9][a-z0-9_\-*/@]{0,255}=[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$/;

/** Passed on as it came, as a whole; null where it is too long, or is no list of members. */
export function parseTracestate(text: string | null): string | null {
  if (text === null || text.length > LIMITS.traceHeaderCharsMax) return null;
  const members = text.split(",").map((member) => member.trim());
  const named = members.filter((member) => member !== "");
  if (named.length === 0 || members.length > LIMITS.traceStateMembersMax) return null;
  const keys = new Set(named.map((member) => member.slice(0, member.indexOf("="))));
  return keys.size === named.length && named.every((member) => MEMBER.test(member)) ? text : null;
}

/** What a hop finds in the headers of a call that another hop made; null unless that is sampled. */
export function traceFrom(parent: string | null, state: string | null): TraceContext | null {
  const parsed = parseTraceparent(parent);
  if (parsed?.sampled !== true) return null;
  const { trace, span } = parsed;
  const passed = parseTracestate(state);
  return { trace, span, ...(passed !== null && { state: passed }) };
}

/** Headers of a call to the next hop. */
export const traceHeaders = (context: TraceContext): Record<string, string> => ({
  [TRACEPARENT]: formatTraceparent(context),
  ...(context.state !== undefined && { [TRACESTATE]: context.state }),
});

const WORDS = 2 ** 32;
/** Two digits of each byte: a number's own `toString(16)` takes ten times as long. */
const BYTES = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** Never all zeros, which would be invalid. */
export const newTraceId = (random: Random): string =>
  word(random, 1) + word(random, 0) + word(random, 0) + word(random, 0);
export const newSpanId = (random: Random): string => word(random, 1) + word(random, 0);

/** Eight hexadecimal digits, from `least` on. */
function word(random: Random, least: number): string {
  const number = Math.floor(least + random.next() * (WORDS - least));
  const digits = (shift: number): string => BYTES[(number >>> shift) & 255] ?? "";
  return digits(24) + digits(16) + digits(8) + digits(0);
}
