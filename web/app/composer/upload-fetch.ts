/** Told how much of a file has been sent, 0 to 1. */
type Progress = (part: number) => void;

const listeners = new WeakMap<object, Progress>();

/** Sends of this file tell `progress`. */
export const tellProgress = (file: File, progress: Progress): void =>
  void listeners.set(file, progress);

export const progressOf = (body: RequestInit["body"]): Progress | undefined =>
  typeof body === "object" && body !== null ? listeners.get(body) : undefined;

/** As `fetch`, for an upload: the only way a browser says how far it is. */
export function fetchWithProgress(
  url: string,
  init: RequestInit,
  progress: Progress,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(init.method ?? "GET", url);
    for (const [name, value] of new Headers(init.headers)) request.setRequestHeader(name, value);
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) progress(event.loaded / event.total);
    });
    request.addEventListener("load", () => {
      const headers = request
        .getAllResponseHeaders()
        .trim()
        .split(/\r?\n/)
        .map((line): [string, string] => {
          const at = line.indexOf(":");
          return [line.slice(0, at), line.slice(at + 1).trim()];
        });
      resolve(new Response(request.responseText, { status: request.status, headers }));
    });
    const fail = (): void => reject(init.signal?.reason ?? new TypeError("upload failed"));
    request.addEventListener("error", fail);
    request.addEventListener("abort", fail);
    init.signal?.addEventListener("abort", () => request.abort());
    request.send(init.body as XMLHttpRequestBodyInit);
  });
}
