import type { FailureCode } from "../../core/errors.ts";
import { LIMITS } from "../../core/limits.ts";

/** The one address outside `/v1` that clients use: what image and video tags show. */
export const MEDIA_PATH = "/media/{key}";

type Json = Readonly<Record<string, unknown>>;

/** No operation like the others: no token, no ticket, and an answer that is no JSON. */
export function mediaObject(
  problems: (codes: readonly FailureCode[]) => Record<string, Json>,
): Json {
  const failures = ["invalid_request", "not_found", "rate_limited", "unavailable"] as const;
  const binary = { schema: { type: "string", format: "binary" } };
  const header = (name: string, description: string) => ({
    name,
    in: "header",
    required: false,
    description,
    schema: { type: "string" },
  });
  const headers = {
    ETag: {
      schema: { type: "string" },
      description: "Names the bytes; send it as If-None-Match or If-Range",
    },
    "Accept-Ranges": { schema: { type: "string", enum: ["bytes"] } },
  };
  const content = { "image/*": binary, "video/*": binary };
  return {
    operationId: "media",
    tags: ["Media"],
    summary: "An uploaded image or video, whole or in part, or a smaller image",
    description:
      "Anyone who knows the key may see it. The address names the bytes: every cache keeps the answer for a year. Place, time and camera are gone from what was uploaded.",
    security: [{}],
    parameters: [
      { name: "key", in: "path", required: true, schema: { type: "string" } },
      {
        name: "w",
        in: "query",
        required: false,
        description:
          "At most this wide, as WebP; an image that is not wider, an animation or a video stays as it is",
        schema: { type: "integer", enum: LIMITS.imageWidths },
      },
      header("Range", "One range of bytes, as players ask for"),
      header("If-Range", "The ETag of the part that you have; of other bytes you get the whole"),
      header("If-None-Match", "The ETag of what you have"),
    ],
    responses: {
      200: { description: "The whole", headers, content },
      206: { description: "The part", headers, content },
      304: { description: "You have it already" },
      416: { description: "The range lies outside; Content-Range says how much there is" },
      ...problems(failures),
    },
    "x-failures": failures,
  };
}
