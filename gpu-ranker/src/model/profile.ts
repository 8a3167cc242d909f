import { z } from "zod";

/** Execution providers, from the most wished for. Which of them a machine has shows only when they are tried. */
export const PROVIDERS = ["tensorrt", "cuda", "webgpu", "cpu"] as const;
export type Provider = (typeof PROVIDERS)[number];

/** As onnxruntime's profiles call them. */
const IN_PROFILES: Record<Provider, string> = {
  tensorrt: "TensorrtExecutionProvider",
  cuda: "CUDAExecutionProvider",
  webgpu: "WebGpuExecutionProvider",
  cpu: "CPUExecutionProvider",
};

/** onnxruntime writes Chrome trace events; only those of nodes name a provider. */
const profileSchema = z.array(
  z.looseObject({ args: z.looseObject({ provider: z.string().optional() }).optional() }),
);

/**
 * Where the nodes of a graph ran, by provider, from the text of onnxruntime's profile.
 * @returns null when the text is no profile.
 */
export function nodesByProvider(profile: string): Readonly<Record<string, number>> | null {
  let json: unknown;
  try {
    json = JSON.parse(profile);
  } catch {
    return null;
  }
  const events = profileSchema.safeParse(json);
  if (!events.success) return null;
  const nodes: Record<string, number> = {};
  for (const { args } of events.data)
    if (args?.provider !== undefined && args.provider !== "")
      nodes[args.provider] = (nodes[args.provider] ?? 0) + 1;
  return nodes;
}

/**
 * Did `provider` do the work? A session may be opened with an accelerator and still run on the CPU, when
 * the provider takes none of the nodes; a few that only prepare shapes may.
 */
export function ranOn(provider: Provider, nodes: Readonly<Record<string, number>>): boolean {
  const all = Object.values(nodes).reduce((sum, count) => sum + count, 0);
  return (nodes[IN_PROFILES[provider]] ?? 0) * 2 > all;
}
