import { DurableObject } from "cloudflare:workers";

import type { Failure } from "../../../core/errors.ts";
import { ok, type Result } from "../../../core/result.ts";
import type { ReadRequest, ReadResponse } from "../../../core/tao/service.ts";
import type { Assoc, Read, ReadResult } from "../../../core/tao/types.ts";

const version = { epoch: 1, seq: 1 };
/** About the mean of CacheBench's objects, and of LinkBench's lists. */
const DATA = "x".repeat(330);
const EDGES = 2;

/**
 * What the platform itself costs: an object that takes the calls of a follower and answers
 * at once, with results of the usual size that it makes up.
 */
export class FloorFollower extends DurableObject {
  read({ reads }: ReadRequest): Result<ReadResponse, Failure> {
    return ok({ results: reads.map(madeUp), at: version });
  }
}

function madeUp(read: Read): ReadResult {
  switch (read.op) {
    case "objGet":
      return { op: read.op, object: { id: read.id, otype: 2, data: DATA, version } };
    case "assocCount":
      return { op: read.op, count: EDGES };
    case "assocGet":
      return { op: read.op, assocs: [] };
    case "assocRange":
      return { op: read.op, assocs: edgesOf(read), more: false };
    case "assocTimeRange":
      return { op: read.op, assocs: [], more: false };
  }
}

const edgesOf = ({ id1, atype }: Extract<Read, { op: "assocRange" }>): Assoc[] =>
  Array.from({ length: EDGES }, (_, timeMs) => ({
    id1,
    atype,
    id2: id1,
    timeMs,
    data: "",
    version,
  }));
