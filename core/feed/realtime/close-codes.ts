/** Why a socket was closed, as clients see it; 4000 to 4999 are an application's own. */
export const CLOSE = {
  /** A message that is none of the protocol's. */
  badMessage: 4400,
  /** The token it was opened with has expired: get a new one. */
  expired: 4401,
  /** A ticket opens one socket: get a new one. */
  usedTicket: 4403,
  /** Opened and never begun, or silent for too long. */
  silent: 4408,
  /** The viewer has as many connections as they may: do not try again by itself. */
  tooMany: 4429,
  /** More messages than a connection may send. */
  tooFast: 4430,
  /** The bucket is full: try again later, or take another way. */
  full: 4503,
} as const;

export interface Refusal {
  readonly code: number;
  readonly reason: string;
}
