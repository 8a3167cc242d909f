import { z } from "zod";

import { type FailureCode, STATUS, TITLE } from "../../core/errors.ts";
import { CACHE_POLICIES } from "../../core/http/cache-policy.ts";
import { PUBLIC_KEEP_MS } from "../../core/http/public-page.ts";
import { serverMessageSchema } from "../../core/feed/realtime/schemas.ts";
import { LIMITS } from "../../core/limits.ts";
import {
  ALLOW_STALE_HEADER,
  CONSISTENCIES,
  CONSISTENCY_HEADER,
  STALE_HEADER,
  TICKET_HEADER,
} from "./freshness.ts";
import { MEDIA_PATH, mediaObject } from "./openapi-media.ts";
import { isStoppedByReadOnly, type Operation } from "./operation.ts";

export type JsonSchema = Readonly<Record<string, unknown>>;
type Json = JsonSchema;

const REFERENCE = "#/components/schemas/";

const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.string().meta({ description: "Stable; compare this one" }),
    detail: z.string().meta({ description: "One sentence for people" }),
    instance: z.string(),
    traceId: z.string(),
    field: z.string().optional().meta({ description: "The part of the request that is wrong" }),
    revision: z.int().optional().meta({ description: "What is current, where yours is older" }),
    retryAfter: z.int().optional().meta({ description: "Seconds, as in the Retry-After header" }),
  })
  .meta({ id: "Problem", description: "RFC 9457 problem document" });

/** Any operation may fail like this. */
const ALWAYS: readonly FailureCode[] = [
  "invalid_request",
  "rate_limited",
  "overloaded",
  "unavailable",
  "deadline_exceeded",
];

/** OpenAPI 3.1, whose schemas are the ones that requests are checked with. */
export function openApiDocument(operations: readonly Operation[]) {
  const schemas: Record<string, Json> = {};
  const paths: Record<string, Record<string, Json>> = {};
  schemaOf(problemSchema, schemas);
  for (const op of operations) {
    (paths[op.path] ??= {})[op.method] = operationObject(op, schemas);
  }
  paths[MEDIA_PATH] = { get: mediaObject(problemResponses) };
  return {
    openapi: "3.1.0",
    info: {
      title: "Edgewise",
      version: "1",
      description: "An edge-native news feed: posts, people, reactions, and the feed they make.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: "/" }],
    tags: [...new Set(operations.map((op) => op.tag))].map((name) => ({ name })),
    paths,
    components: {
      schemas,
      securitySchemes: { bearer: { type: "http", scheme: "bearer", bearerFormat: "JWT" } },
    },
  };
}
export type OpenApiDocument = ReturnType<typeof openApiDocument>;

function operationObject(op: Operation, schemas: Record<string, Json>): Json {
  return {
    operationId: op.id,
    tags: [op.tag],
    summary: op.summary,
    description: [
      ACCESS[op.access],
      CACHING[op.cache],
      ...(op.note === undefined ? [] : [op.note]),
    ].join(" "),
    security: op.access === "anyone" ? [{}, { bearer: [] }] : [{ bearer: [] }],
    parameters: [
      ...fieldsOf(op.params, "path", schemas),
      ...fieldsOf(op.query, "query", schemas),
      ...headersOf(op),
    ],
    ...(op.body !== undefined && { requestBody: bodyObject(op, op.body, schemas) }),
    responses: responsesOf(op, schemas),
    "x-failures": failuresOf(op),
  };
}

const ACCESS: Record<Operation["access"], string> = {
  anyone: "Anyone may call this.",
  viewer: "Needs a signed-in user.",
  member: "Needs a signed-in user, or a service with the role `operator` or `loader`.",
  observe: "Needs the role `observer` or `operator`.",
  operate: "Needs the role `operator`.",
  load: "Needs the role `loader` or `operator`.",
};

const CACHING: Record<Operation["cache"], string> = {
  public: `Without a token, a ticket or a wish for freshness the answer is any visitor's: it may be up to ${PUBLIC_KEEP_MS / 1_000} s old (\`Age\`), has an \`ETag\` and no ticket. Otherwise no cache keeps it.`,
  revalidate: "Only your own browser keeps the answer, and asks with its `ETag` each time.",
  personal: "No cache keeps the answer.",
};

function fieldsOf(
  schema: z.ZodType | undefined,
  place: "path" | "query",
  schemas: Record<string, Json>,
): Json[] {
  if (!(schema instanceof z.ZodObject)) return [];
  return Object.entries(schema.shape as Record<string, z.ZodType>).map(([name, field]) => ({
    name,
    in: place,
    required: place === "path",
    schema: schemaOf(field, schemas),
  }));
}

function headersOf(op: Operation): Json[] {
  const text = (name: string, maxLength: number, description: string) => ({
    name,
    in: "header",
    required: false,
    description,
    schema: { type: "string", minLength: 1, maxLength },
  });
  const ticket = text(
    TICKET_HEADER,
    LIMITS.ticketsMax * (LIMITS.ticketCharsMax + 1),
    `From your last answer: reads are at least that fresh. Of answers to requests that were under way together, send all tickets, at most ${LIMITS.ticketsMax}, with commas between: the answer's own ticket then stands for those that its request carried`,
  );
  if (op.method === "get") return [ticket, ...FRESHNESS];
  const max = LIMITS.idempotencyKeyCharsMax;
  return [
    ticket,
    text("Idempotency-Key", max, "Repeating a write with the same key gives the first answer"),
  ];
}

/** Of reads; a write decides on what its ticket says. */
const FRESHNESS: readonly Json[] = [
  {
    name: CONSISTENCY_HEADER,
    in: "header",
    required: false,
    description:
      "`eventual`: what the nearest copy has, at most a minute old; `ticket`: at least as new as your ticket; `leader`: from the one place that orders writes, slower",
    schema: { type: "string", enum: CONSISTENCIES, default: "ticket" },
  },
  {
    name: ALLOW_STALE_HEADER,
    in: "header",
    required: false,
    description: `Rather an old answer, marked with ${STALE_HEADER}, than none`,
    schema: { type: "string", enum: ["1"] },
  },
];

function bodyObject(op: Operation, schema: z.ZodType, schemas: Record<string, Json>): Json {
  if (op.bodyKind === "stream") {
    const binary = { schema: { type: "string", format: "binary" } };
    return { required: true, content: { "image/*": binary, "video/*": binary } };
  }
  return { required: true, content: { "application/json": { schema: schemaOf(schema, schemas) } } };
}

function responsesOf(op: Operation, schemas: Record<string, Json>): Json {
  const responses: Record<string, Json> = {
    [op.status]: {
      description: DESCRIPTION[op.connects ?? (op.answer === null ? "none" : "json")],
      headers: {
        [TICKET_HEADER]: {
          schema: { type: "string" },
          description:
            "Send it with your next request, in place of the tickets that this request carried",
        },
        ...(CACHE_POLICIES[op.cache].etag && {
          ETag: {
            schema: { type: "string" },
            description: "Send it as If-None-Match, and what has not changed is not sent again",
          },
        }),
        ...(op.method === "get" && {
          [STALE_HEADER]: {
            schema: { type: "integer" },
            description:
              "Only when part of the answer may be older than promised: since when, in milliseconds, it is not known to be true",
          },
        }),
      },
      ...(op.answer !== null && {
        content: { "application/json": { schema: schemaOf(op.answer, schemas) } },
      }),
      ...(op.connects === "event-stream" && {
        content: { "text/event-stream": { schema: schemaOf(serverMessageSchema, schemas) } },
      }),
    },
  };
  if (CACHE_POLICIES[op.cache].etag) responses["304"] = { description: "You have it already" };
  return { ...responses, ...problemResponses(failuresOf(op)) };
}

/** One response for each status; several codes may share it. */
function problemResponses(codes: readonly FailureCode[]): Record<string, Json> {
  const responses: Record<string, Json> = {};
  for (const code of codes) {
    const before = responses[STATUS[code]]?.["description"];
    responses[STATUS[code]] = {
      description: `${before === undefined ? "" : `${String(before)}; `}${TITLE[code]} (\`${code}\`)`,
      content: { "application/problem+json": { schema: { $ref: `${REFERENCE}Problem` } } },
    };
  }
  return responses;
}

const DESCRIPTION = {
  none: "Done",
  json: "The answer",
  websocket:
    "Switching to WebSocket; each message is a ServerMessage as JSON, and so is each of yours a resume, watch, caught_up or ping",
  "event-stream":
    "Each event's data is a ServerMessage as JSON, its id the place to send as Last-Event-ID",
} as const;

/** By status. */
function failuresOf(op: Operation): readonly FailureCode[] {
  const codes = new Set<FailureCode>(["unauthenticated", ...(op.failures ?? []), ...ALWAYS]);
  if (op.access !== "anyone") codes.add("forbidden");
  if (isStoppedByReadOnly(op)) codes.add("read_only");
  if (op.body !== undefined) codes.add("too_large").add("unsupported_media");
  return [...codes].toSorted((a, b) => STATUS[a] - STATUS[b]);
}

/**
 * JSON Schema of what is sent (a field with a default may be missing), with every named
 * schema moved to `schemas`.
 */
function schemaOf(schema: z.ZodType, schemas: Record<string, Json>): Json {
  const {
    $schema: _,
    $defs,
    ...own
  } = z.toJSONSchema(schema, {
    io: "input",
    override: ({ jsonSchema }) => {
      delete jsonSchema.id;
      // Any integer: the bounds of a safe one say nothing about the field.
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
    },
  });
  for (const [name, definition] of Object.entries($defs ?? {})) schemas[name] ??= moved(definition);
  const id = schema.meta()?.["id"];
  if (typeof id !== "string") return moved(own);
  if (own["$ref"] === undefined) schemas[id] ??= moved(own);
  return { $ref: `${REFERENCE}${id}` };
}

/** References of a stand-alone schema point into its own `$defs`. */
const moved = (schema: unknown): Json => {
  const text = JSON.stringify(schema).replaceAll('"#/$defs/', `"${REFERENCE}`);
  return JSON.parse(text) as Json;
};
