import { useEffect, useRef, useState } from "preact/hooks";

import { Drawing, type PlotData } from "./drawing.ts";
import { Table } from "./table.tsx";
import { When } from "./when.tsx";

interface Props extends PlotData {
  readonly title: string;
}

/** Lines over time on a canvas, and the same as a table for whoever cannot see it. */
export function Plot({ title, atMs, lines, format, atLeast }: Props) {
  const hostRef = useRef<HTMLDivElement>(null);
  const drawingRef = useRef<Drawing | null>(null);
  const [point, setPoint] = useState<number | null>(null);
  const [isOpen, setOpen] = useState(false);
  useEffect(() => {
    if (hostRef.current === null) return undefined;
    const drawing = new Drawing(hostRef.current, setPoint);
    drawingRef.current = drawing;
    return () => drawing.stop();
  }, []);
  useEffect(() => drawingRef.current?.show({ atMs, lines, format, atLeast }));
  const shown = point ?? atMs.length - 1;
  const when = atMs[shown];
  return (
    <figure class="plot card" aria-label={title}>
      <figcaption>
        <h3>{title}</h3>
        <ul class="legend">
          {lines.map(({ name, colour, values }) => (
            <li key={name}>
              <span class={`legend-line line-${colour}`} aria-hidden="true" />
              {name} <strong>{said(values[shown], format)}</strong>
            </li>
          ))}
          {point !== null && when !== undefined && (
            <li class="muted">
              <When atMs={when} />
            </li>
          )}
        </ul>
      </figcaption>
      <div ref={hostRef} class="plot-host" aria-hidden="true" />
      <details onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>As a table</summary>
        {isOpen && (
          <Table
            caption={`${title}, newest first`}
            rows={atMs.map((ms, index) => ({ ms, index })).toReversed()}
            keyOf={({ ms }) => ms}
            empty="Nothing was counted."
            columns={[
              { head: "From", render: ({ ms }) => <When atMs={ms} /> },
              ...lines.map(({ name, values }) => ({
                head: name,
                isNumber: true,
                render: ({ index }: { index: number }) => said(values[index], format),
              })),
            ]}
          />
        )}
      </details>
    </figure>
  );
}

const said = (value: number | null | undefined, format: PlotData["format"]): string =>
  value === null || value === undefined ? "–" : format(value);
