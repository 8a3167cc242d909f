import { stream } from "../random.ts";
import type { SceneKind } from "../topics/topic.ts";
import { Canvas } from "./canvas.ts";
import { drawAbstract, drawChart, drawPlant } from "./indoors.ts";
import { drawForest, drawMountains, drawNightSky, drawSeaside } from "./landscapes.ts";
import { encodePng } from "./png.ts";
import { drawCity, drawRailway } from "./streets.ts";
import { drawTable } from "./table.ts";
import type { Draw } from "./sky.ts";

const DRAW: Record<SceneKind, Draw> = {
  mountains: drawMountains,
  seaside: drawSeaside,
  "night-sky": drawNightSky,
  forest: drawForest,
  city: drawCity,
  plant: drawPlant,
  abstract: drawAbstract,
  chart: drawChart,
  table: drawTable,
  railway: drawRailway,
};

/** One picture of a kind; the same for the same seed and number. */
export function drawScene(
  kind: SceneKind,
  seed: number,
  number: number,
  width: number,
  height: number,
) {
  const canvas = new Canvas(width, height);
  const alt = DRAW[kind](canvas, stream(seed, "scene", kind, number), number);
  return { png: encodePng(canvas.pixels, width, height), alt };
}
