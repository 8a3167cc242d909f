import { type IncomingMessage, type ServerResponse, createServer, request } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { createGzip } from "node:zlib";

const TEXT = /^(?:text\/(?!event-stream)|application\/(?:json|manifest|problem|javascript))/;

/** Compresses as the platform's edge does, which a local runtime does not. */
export async function startFront(target: URL): Promise<{
  readonly url: string;
  readonly stop: () => Promise<void>;
}> {
  const server = createServer((asked, answer) => forward(target, asked, answer));
  server.on("upgrade", (asked, socket, head) => {
    const onward = connect(Number(target.port), target.hostname, () => {
      const lines = [`${asked.method} ${asked.url} HTTP/1.1`];
      for (let i = 0; i < asked.rawHeaders.length; i += 2)
        lines.push(`${asked.rawHeaders[i]}: ${asked.rawHeaders[i + 1]}`);
      onward.write(`${lines.join("\r\n")}\r\n\r\n`);
      onward.write(head);
      socket.pipe(onward).pipe(socket);
    });
    onward.on("error", () => socket.destroy());
    socket.on("error", () => onward.destroy());
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

function forward(target: URL, asked: IncomingMessage, answer: ServerResponse): void {
  const { "accept-encoding": accepts = "", ...headers } = asked.headers;
  const onward = request(
    {
      hostname: target.hostname,
      port: target.port,
      method: asked.method,
      path: asked.url,
      headers,
    },
    (got) => {
      const type = got.headers["content-type"] ?? "";
      const small = Number(got.headers["content-length"] ?? 1_000) < 500;
      const { "content-length": _length, ...rest } = got.headers;
      if (small || !TEXT.test(type) || !String(accepts).includes("gzip")) {
        answer.writeHead(got.statusCode ?? 502, got.headers);
        got.pipe(answer);
        return;
      }
      answer.writeHead(got.statusCode ?? 502, { ...rest, "content-encoding": "gzip" });
      got.pipe(createGzip()).pipe(answer);
    },
  );
  onward.on("error", () => answer.destroy());
  asked.pipe(onward);
}
