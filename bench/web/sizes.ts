import { readFileSync, readdirSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";

import { buildWeb } from "../../deploy/build-web.ts";

export interface Size {
  readonly file: string;
  readonly bytes: number;
  readonly gzip: number;
  readonly brotli: number;
}

/** Every text file that the app is made of, largest first. */
export async function sizesOfApp(): Promise<Size[]> {
  const out = await mkdtemp(path.join(tmpdir(), "edgewise-sizes-"));
  try {
    await buildWeb(out);
    return readdirSync(out, { recursive: true, encoding: "utf8" })
      .filter((file) => /\.(?:js|css|html|webmanifest|svg)$/.test(file))
      .map((file) => {
        const content = readFileSync(path.join(out, file));
        return {
          file,
          bytes: content.length,
          gzip: gzipSync(content, { level: 9 }).length,
          brotli: brotliCompressSync(content).length,
        };
      })
      .toSorted((a, b) => b.gzip - a.gzip);
  } finally {
    await rm(out, { recursive: true });
  }
}
