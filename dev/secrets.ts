import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

import { ROOT, type SecretName } from "../deploy/workers.ts";

/** What one local instance keeps: objects, media, secrets, and how far its world is loaded. */
export const DATA_FOLDER = path.join(ROOT, ".edgewise/data");

export interface LocalSecrets {
  /** Signs the tokens of demo users and of local tools (HS256). */
  readonly authSecret: string;
  /** Signs tickets and cursors. */
  readonly signingSecret: string;
}

/** The binding that carries a secret into a Worker, and its name here. */
export const SECRET_OF = {
  AUTH_SECRET: "authSecret",
  SIGNING_SECRET: "signingSecret",
} as const satisfies Record<SecretName, keyof LocalSecrets>;

export const freshSecrets = (): LocalSecrets => ({
  authSecret: randomBytes(32).toString("hex"),
  signingSecret: randomBytes(32).toString("hex"),
});

/**
 * The secrets of the local instance in `folder`, made on first use: no secret is in the
 * repository, and those of one checkout are good for nothing anywhere else.
 */
export function readLocalSecrets(folder: string = DATA_FOLDER): LocalSecrets {
  const file = path.join(folder, "secrets.json");
  mkdirSync(folder, { recursive: true });
  const fresh = freshSecrets();
  try {
    writeFileSync(file, `${JSON.stringify(fresh, null, 2)}\n`, { mode: 0o600, flag: "wx" });
    return fresh;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  const { authSecret, signingSecret } = JSON.parse(
    readFileSync(file, "utf8"),
  ) as Partial<LocalSecrets>;
  if (!authSecret || !signingSecret)
    throw new Error(`${file} is damaged: delete it, and sign in again`);
  return { authSecret, signingSecret };
}
