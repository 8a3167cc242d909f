import { HEADS } from "../../../core/ranking/heads.ts";
import { withPlaces } from "../examples.ts";
import { openSession, score } from "../fit/runtime.ts";
import { calibration, type CalibrationBin } from "../metrics/entropy.ts";
import { servingGraph, type Trained } from "../model/graphs.ts";
import { encodeModel } from "../onnx/encode.ts";
import type { Trainer } from "../train.ts";

/** Bins of each head, on the held-out rows where they were shown. */
export async function calibrationsOf(
  { split }: Trainer,
  model: Trained,
): Promise<(readonly CalibrationBin[])[]> {
  const session = await openSession(encodeModel(servingGraph(model)));
  const probabilities = await score(session, withPlaces(split.test), split.test.ids);
  await session.release();
  return HEADS.map((_, head) => calibration(probabilities, split.test.labels, head).bins);
}
