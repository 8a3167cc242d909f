import { isBytes } from "./replies.ts";

/** A command with its arguments, as Redis takes them. */
export type Command = readonly (string | Buffer)[];

/** The request cannot be run; its message is the `error` of the answer, with HTTP 400. */
export class RequestError extends Error {
  override readonly name = "RequestError";
}

/**
 * What the service runs over REST, of what the Redis here knows. Blocking commands, WATCH and
 * everything that belongs to a connection, a cluster or the server's operation is refused.
 * Sources: upstash.com/docs/redis/overall/rediscompatibility, …/features/restapi.
 */
const AVAILABLE: ReadonlySet<string> = new Set(
  `APPEND DECR DECRBY GET GETDEL GETEX GETRANGE GETSET INCR INCRBY INCRBYFLOAT MGET MSET MSETNX
   PSETEX SET SETEX SETNX SETRANGE STRLEN
   BITCOUNT BITFIELD BITFIELD_RO BITOP BITPOS GETBIT SETBIT
   HDEL HEXISTS HGET HGETALL HINCRBY HINCRBYFLOAT HKEYS HLEN HMGET HMSET HSCAN HSET HSETNX
   HSTRLEN HRANDFIELD HVALS
   LINDEX LINSERT LLEN LMOVE LMPOP LPOP LPOS LPUSH LPUSHX LRANGE LREM LSET LTRIM RPOP RPOPLPUSH
   RPUSH RPUSHX
   SADD SCARD SDIFF SDIFFSTORE SINTER SINTERCARD SINTERSTORE SISMEMBER SMEMBERS SMISMEMBER SMOVE
   SPOP SRANDMEMBER SREM SSCAN SUNION SUNIONSTORE
   ZADD ZCARD ZCOUNT ZDIFF ZDIFFSTORE ZINCRBY ZINTER ZINTERCARD ZINTERSTORE ZLEXCOUNT ZMPOP
   ZMSCORE ZPOPMAX ZPOPMIN ZRANDMEMBER ZRANGE ZRANGESTORE ZRANGEBYLEX ZRANGEBYSCORE ZRANK ZREM
   ZREMRANGEBYLEX ZREMRANGEBYRANK ZREMRANGEBYSCORE ZREVRANGE ZREVRANGEBYLEX ZREVRANGEBYSCORE
   ZREVRANK ZSCAN ZSCORE ZUNION ZUNIONSTORE
   GEOADD GEODIST GEOHASH GEOPOS GEORADIUS GEORADIUS_RO GEORADIUSBYMEMBER GEORADIUSBYMEMBER_RO
   GEOSEARCH GEOSEARCHSTORE
   PFADD PFCOUNT PFMERGE
   EVAL EVALSHA EVAL_RO EVALSHA_RO SCRIPT
   COPY DEL EXISTS EXPIRE EXPIREAT EXPIRETIME KEYS PERSIST PEXPIRE PEXPIREAT PEXPIRETIME PTTL
   RANDOMKEY RENAME RENAMENX SCAN TOUCH TTL TYPE UNLINK
   PUBLISH PUBSUB PING ECHO DBSIZE FLUSHALL FLUSHDB TIME
   XACK XADD XAUTOCLAIM XCLAIM XDEL XGROUP XINFO XLEN XPENDING XRANGE XREAD XREADGROUP XREVRANGE
   XTRIM`.split(/\s+/),
);

/** Run where the scripts are known: they are not replicated. */
const AT_PRIMARY: ReadonlySet<string> = new Set(["EVAL_RO", "EVALSHA_RO"]);

/**
 * One item of a request's JSON as a command.
 *
 * @throws RequestError for what is no command, or one that the service does not run.
 */
export function commandOf(value: unknown): Command {
  if (!Array.isArray(value) || value.length === 0)
    throw new RequestError("ERR failed to parse command");
  const command = value.map((argument: unknown): string | Buffer => {
    if (typeof argument === "string" || isBytes(argument)) return argument;
    if (typeof argument === "boolean") return String(argument);
    throw new RequestError("ERR failed to parse command");
  });
  const name = nameOf(command);
  const blocks =
    (name === "XREAD" || name === "XREADGROUP") &&
    command.some((argument) => String(argument).toUpperCase() === "BLOCK");
  if (blocks || !AVAILABLE.has(name))
    throw new RequestError(
      `ERR Command is not available: '${name}'. See https://upstash.com/docs/redis/overall/rediscompatibility for details`,
    );
  return command;
}

/** JSON whose numbers stay the digits that were sent: an id has 64 bits. Null when it is no JSON. */
export function parseJson(text: string): unknown {
  const digits = (_key: string, value: unknown, context?: { readonly source?: string }): unknown =>
    typeof value === "number" ? (context?.source ?? String(value)) : value;
  try {
    return JSON.parse(text, digits);
  } catch {
    return null;
  }
}

const nameOf = (command: Command): string => String(command[0]).toUpperCase();

/** May a replica answer all of it? `readOnly` has the names of what Redis says changes nothing. */
export const isForReplica = (
  commands: readonly Command[],
  readOnly: ReadonlySet<string>,
): boolean =>
  commands.every((command) => readOnly.has(nameOf(command)) && !AT_PRIMARY.has(nameOf(command)));
