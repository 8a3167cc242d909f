import { ErrorReply, RESP_TYPES } from "@redis/client";

/**
 * How Redis' replies are read: strings as bytes, since they may hold any, and integers as
 * digits, since a number of JavaScript holds 53 bits of their 64.
 */
export const TYPE_MAPPING = {
  [RESP_TYPES.BLOB_STRING]: Buffer,
  [RESP_TYPES.NUMBER]: String,
} as const;

/** Bytes are strings; text is an integer, or a status such as OK. An error may be part of a list. */
export type Reply = Buffer | string | null | ErrorReply | readonly Reply[];

/** The types of `Buffer` here do not narrow by themselves. */
export const isBytes = (value: unknown): value is Buffer => Buffer.isBuffer(value);

/** A status of nothing but digits could only come from a script that makes one. */
const isInteger = (reply: string): boolean => /^-?\d+$/.test(reply);

/**
 * As the service writes `result`. In base64 every string is encoded but a reply that is OK
 * itself; otherwise bytes that are no UTF-8 become U+FFFD.
 */
export const jsonOf = (reply: Reply, base64: boolean): string =>
  isOk(reply) ? `"OK"` : valueOf(reply, base64);

const isOk = (reply: Reply): boolean =>
  reply === "OK" || (isBytes(reply) && reply.toString("latin1") === "OK");

function valueOf(reply: Reply, base64: boolean): string {
  if (reply === null) return "null";
  if (typeof reply === "string")
    return isInteger(reply) ? reply : textOf(Buffer.from(reply), base64);
  if (isBytes(reply)) return textOf(reply, base64);
  if (reply instanceof ErrorReply) return textOf(Buffer.from(reply.message), base64);
  return `[${reply.map((item) => valueOf(item, base64)).join(",")}]`;
}

const textOf = (bytes: Buffer, base64: boolean): string =>
  JSON.stringify(bytes.toString(base64 ? "base64" : "utf8"));

/** As Redis itself sent it, in version 2 of its protocol. */
export function respOf(reply: Reply): Buffer {
  if (reply === null) return Buffer.from("$-1\r\n");
  if (typeof reply === "string") return Buffer.from(`${isInteger(reply) ? ":" : "+"}${reply}\r\n`);
  if (reply instanceof ErrorReply) return Buffer.from(`-${reply.message}\r\n`);
  if (isBytes(reply))
    return Buffer.concat([Buffer.from(`$${reply.length}\r\n`), reply, Buffer.from("\r\n")]);
  return Buffer.concat([Buffer.from(`*${reply.length}\r\n`), ...reply.map(respOf)]);
}
