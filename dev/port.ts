import { execFile } from "node:child_process";
import { createServer } from "node:net";
import { promisify } from "node:util";

/** @returns what to tell the person when `port` of `host` cannot be listened on; null when it can. */
export async function portTaken(host: string, port: number): Promise<string | null> {
  const code = await listenError(host, port);
  if (code === null) return null;
  if (code === "EACCES")
    return `Port ${port} needs privileges. Choose another: PORT=8788 npm start`;
  if (code !== "EADDRINUSE")
    return `Cannot listen on ${host}:${port} (${code}). Set HOST and PORT, for example: HOST=127.0.0.1 PORT=8788 npm start`;
  const holder = await holderOf(port);
  return [
    `Port ${port} of ${host} is taken${holder === null ? "" : ` by ${holder}`}.`,
    `Stop that program, or choose another port: PORT=${port + 1} npm start`,
  ].join("\n");
}

const listenError = (host: string, port: number): Promise<string | null> =>
  new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    probe.listen(port, host, () => probe.close(() => resolve(null)));
  });

/** Fails open: without `lsof` and `ss`, or the right to look, the holder is simply not named. */
export async function holderOf(port: number): Promise<string | null> {
  const exec = promisify(execFile);
  const lsof = await exec("lsof", ["-nP", `-iTCP:${port}`, "-sTCP:LISTEN", "-Fpc"]).catch(
    () => null,
  );
  const found = lsof && /p(\d+)\nc(.+)/.exec(lsof.stdout);
  if (found) return `process ${found[1]} (${found[2]})`;

  const ss = await exec("ss", ["-Hltnp", `sport = :${port}`]).catch(() => null);
  const held = ss && /\("([^"]+)",pid=(\d+)/.exec(ss.stdout);
  return held ? `process ${held[2]} (${held[1]})` : null;
}
