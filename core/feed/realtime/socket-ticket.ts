import type { Failure } from "../../errors.ts";
import { formatId, type Id, parseId } from "../../ids.ts";
import { LIMITS } from "../../limits.ts";
import type { Region } from "../../regions/regions.ts";
import { err, ok, type Result } from "../../result.ts";
import { sameText, type Signer } from "../../signer.ts";
import type { Listener } from "./service.ts";

/**
 * What a browser connects with, since it can set no header on a socket: who listens, in which
 * region, and the number of this one ticket.
 */
export interface SocketTicket extends Listener {
  readonly region: Region;
  /** Lower-case letters and digits; a bucket takes each once. */
  readonly nonce: string;
}

const FORMAT = "1";
const PARTS = 6;

/** Text of letters, digits, "-", "_" and ".", as a subprotocol may have. */
export function encodeSocketTicket(ticket: SocketTicket, nowMs: number, signer: Signer): string {
  const body = [
    FORMAT,
    (nowMs + LIMITS.socketTicketMs).toString(36),
    formatId(ticket.viewer),
    ticket.untilMs.toString(36),
    ticket.region,
    ticket.nonce,
  ].join(".");
  return `${body}.${sign(body, signer)}`;
}

/** @returns `unauthenticated` when it was changed or has expired. */
export function decodeSocketTicket(
  text: string,
  nowMs: number,
  signer: Signer,
): Result<SocketTicket, Failure> {
  const end = text.lastIndexOf(".");
  const body = text.slice(0, end);
  const parts = body.split(".");
  if (text.length > LIMITS.socketTicketCharsMax || parts.length !== PARTS)
    return refused("is malformed");
  if (!sameText(text.slice(end + 1), sign(body, signer))) return refused("was not made here");
  const [format, good = "", viewerText = "", until = "", region = "", nonce = ""] = parts;
  const viewer: Id | null = parseId(viewerText);
  if (format !== FORMAT || viewer === null) return refused("is malformed");
  if (Number.parseInt(good, 36) <= nowMs) return refused("has expired");
  return ok({ viewer, untilMs: Number.parseInt(until, 36), region, nonce });
}

/** Apart from cursors and tickets of reads, which the same key signs. */
const sign = (body: string, signer: Signer) => signer.sign(`socket:${body}`);

const refused = (what: string) =>
  err({ code: "unauthenticated", reason: `the socket's ticket ${what}` } as const);
