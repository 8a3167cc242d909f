import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";

import { ROOT } from "../deploy/workers.ts";

const FOLDER = path.join(ROOT, ".edgewise/software-vulkan");
/** Where Debian's chromium-common has SwiftShader, below any root. */
const DRIVER = "usr/lib/chromium/vk_swiftshader_icd.json";
/** Where Debian's libvulkan1 has the loader, below any root. */
const LOADER_FOLDER = `usr/lib/${process.arch === "arm64" ? "aarch64" : "x86_64"}-linux-gnu`;
const LOADER = `${LOADER_FOLDER}/libvulkan.so.1`;

/**
 * What a process needs in its environment to find a Vulkan device that is software (SwiftShader). Uses what
 * is installed; otherwise downloads the packages and unpacks them without installing anything.
 * @returns the reason, in words, where there is none.
 */
export async function softwareVulkan(): Promise<NodeJS.ProcessEnv | string> {
  for (const root of ["/", FOLDER]) {
    const found = environmentIn(root);
    if (found !== null) return found;
  }
  if (!existsSync("/usr/bin/apt-get"))
    return "no software Vulkan here, and no apt-get to download Debian's chromium-common";
  try {
    await download("chromium-common", "libvulkan1");
  } catch (error) {
    return `no software Vulkan here, and Debian's chromium-common could not be downloaded: ${String(error)}`;
  }
  return environmentIn(FOLDER) ?? "Debian's chromium-common has no SwiftShader any more";
}

function environmentIn(root: string): NodeJS.ProcessEnv | null {
  const driver = path.join(root, DRIVER);
  if (!existsSync(driver)) return null;
  const environment = { VK_DRIVER_FILES: driver };
  if (existsSync(path.join("/", LOADER))) return environment;
  // A Chromium that is installed may have come without it.
  if (!existsSync(path.join(root, LOADER))) return null;
  return { ...environment, LD_LIBRARY_PATH: path.join(root, LOADER_FOLDER) };
}

/** @throws Error when a package cannot be downloaded or unpacked. */
async function download(...packages: readonly string[]): Promise<void> {
  mkdirSync(FOLDER, { recursive: true });
  const exec = promisify(execFile);
  await exec("apt-get", ["-qq", "download", ...packages], { cwd: FOLDER });
  for (const file of readdirSync(FOLDER).filter((name) => name.endsWith(".deb")))
    await exec("dpkg-deb", ["--extract", path.join(FOLDER, file), FOLDER]);
}
