// A chart and, beside it, the same as a table. Colours come from the style sheet, so that they follow light and dark.
import type { VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import uPlot from "uplot";

import { type Maybe, NONE, short, time, when } from "./format.ts";
import { Table } from "./parts.tsx";

export interface Line {
  name: string;
  values: (number | null)[];
}

interface ChartOf {
  title: string;
  /** Milliseconds since 1970. */
  at: number[];
  lines: Line[];
  format: (value: Maybe) => string;
  /** Days are told too. */
  long?: boolean;
}

const HEIGHT = 180;
/** A line is told from the others by its dashes too. */
const DASHES = [[], [6, 4], [2, 3], [10, 3, 2, 3]];
/** So many rows of the table; the newest. */
const ROWS = 20;

/** Counts how often the system's colours changed. */
function useScheme(): number {
  const [round, setRound] = useState(0);
  useEffect(() => {
    const scheme = matchMedia("(prefers-color-scheme: dark)");
    const change = (): void => setRound((before) => before + 1);
    scheme.addEventListener("change", change);
    return () => scheme.removeEventListener("change", change);
  }, []);
  return round;
}

export function Chart({ title, at, lines, format, long = false }: ChartOf): VNode {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | undefined>(undefined);
  const scheme = useScheme();
  const names = lines.map(({ name }) => name).join("\n");

  useEffect(() => {
    const element = place.current;
    if (!element) return undefined;
    const style = getComputedStyle(element);
    const colour = (name: string): string => style.getPropertyValue(name).trim();
    const axis = { stroke: colour("--quiet"), grid: { stroke: colour("--line"), width: 1 }, ticks: { stroke: colour("--line") }, font: "12px system-ui" };
    const plot = new uPlot(
      {
        width: Math.max(element.clientWidth, 200),
        height: HEIGHT,
        legend: { show: false },
        cursor: { show: false },
        scales: { y: { range: (_plot, _low, high) => [0, high > 0 ? high * 1.1 : 1] } },
        axes: [{ ...axis, space: long ? 120 : 80, values: (_plot, ticks) => ticks.map((tick) => (long ? short : time)(tick * 1000)) }, { ...axis, size: 76, values: (_plot, ticks) => ticks.map((tick) => format(tick)) }],
        series: [{}, ...names.split("\n").map((name, index) => ({
          label: name,
          stroke: colour(`--chart-${(index % 4) + 1}`),
          width: 2,
          dash: DASHES[index % 4] ?? [],
          spanGaps: false,
          points: { size: 4 },
        }))],
      },
      [[], ...names.split("\n").map(() => [])] as uPlot.AlignedData,
      element,
    );
    chart.current = plot;
    const watch = new ResizeObserver(() => plot.setSize({ width: Math.max(element.clientWidth, 200), height: HEIGHT }));
    watch.observe(element);
    return () => {
      watch.disconnect();
      plot.destroy();
      chart.current = undefined;
    };
  }, [names, scheme, format, long]);

  useEffect(() => {
    chart.current?.setData([at.map((one) => one / 1000), ...lines.map(({ values }) => values)] as uPlot.AlignedData);
  }, [at, lines, scheme, long]);

  const rows = at.map((moment, index) => ({ moment, index })).slice(-ROWS).reverse();
  return (
    <figure class="chart">
      <figcaption>{title}</figcaption>
      <ul class="legend">
        {lines.map(({ name, values }, index) => (
          <li key={name}>
            <span class={`swatch line-${(index % 4) + 1}`} aria-hidden="true" />
            {name} <strong>{format(values.findLast((one) => one !== null))}</strong>
          </li>
        ))}
      </ul>
      <div class="plot" ref={place} aria-hidden="true" data-points={at.length} />
      <details>
        <summary>{title} as a table</summary>
        <Table
          caption={at.length > ROWS ? `The last ${ROWS} of ${at.length} values` : "All values"}
          rows={rows}
          keyOf={({ moment }) => String(moment)}
          columns={[
            { name: "Time", of: ({ moment }) => (long ? when(moment) : time(moment)) },
            ...lines.map(({ name, values }) => ({
              name, figures: true, of: ({ index }: { index: number }) => (values[index] === null ? NONE : format(values[index])),
            })),
          ]}
          none="No values yet."
        />
      </details>
    </figure>
  );
}
