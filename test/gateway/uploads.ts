import type { Gateway } from "./harness.ts";

/** As ada, declared as something that it is not: only its bytes count. */
export const upload = async (
  gateway: Gateway,
  body: Uint8Array<ArrayBuffer>,
  type = "text/html",
) => {
  const response = await gateway.asAda("/v1/media", {
    method: "POST",
    body,
    headers: { "content-type": type },
  });
  return {
    status: response.status,
    media: (await response.json()) as { key: string; width: number },
  };
};

/** As clients send it: with its length. */
export const uploadVideo = async (gateway: Gateway, body: Uint8Array<ArrayBuffer>) =>
  gateway.asAda("/v1/media", {
    method: "POST",
    body,
    headers: { "content-type": "video/mp4", "content-length": String(body.length) },
  });
