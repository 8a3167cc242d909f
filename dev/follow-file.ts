import { open, stat } from "node:fs/promises";

/** Reads the lines that a file gets, from its end on. A line that is not whole yet is read next time. */
export class FollowedFile {
  readonly #path: string;
  #offset: number;
  #rest = "";

  private constructor(path: string, offset: number) {
    this.#path = path;
    this.#offset = offset;
  }

  static async atEnd(path: string): Promise<FollowedFile> {
    return new FollowedFile(path, (await stat(path)).size);
  }

  async lines(): Promise<string[]> {
    const file = await open(this.#path).catch(() => null);
    if (file === null) return [];
    try {
      const { size } = await file.stat();
      const { buffer, bytesRead } = await file.read({
        buffer: Buffer.alloc(Math.max(0, size - this.#offset)),
        position: this.#offset,
      });
      this.#offset += bytesRead;
      const parts = (this.#rest + buffer.toString("utf8", 0, bytesRead)).split("\n");
      this.#rest = parts.pop() ?? "";
      return parts;
    } finally {
      await file.close();
    }
  }
}
