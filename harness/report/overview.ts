/** The run over time: faults, who led, latencies and rate of operations, on one axis. */

import type { FaultWindow } from '../../checkers/fault-windows.ts';
import type { History } from '../../checkers/history.ts';
import { nodeName } from '../../checkers/trace.ts';
import type { Nanos } from '../../checkers/units.ts';
import { type Hole, html, type Markup } from './markup.ts';
import type { Operations } from './operations.ts';
import { type Outcome, type Point, quantile, type Samples } from './samples.ts';
import { eventsOf } from './selection.ts';
import { label, px, rect, roundStep, type Scale, vertical } from './svg.ts';
import { count, plural, seconds, shorten } from './text.ts';
import type { TraceFacts } from './trace-facts.ts';

const WIDTH = 1180;
const LEFT = 96;
const RIGHT = WIDTH - 8;
const LANE = 17;
const LATENCY_HEIGHT = 190;
const RATE_HEIGHT = 70;
const BUCKETS = 120;

/** A point in time to be pointed at. */
export interface Mark {
  readonly name: string;
  readonly timeNs: Nanos;
}

export interface Overview {
  readonly history: History;
  readonly operations: Operations;
  readonly samples: Samples;
  readonly faults: readonly FaultWindow[];
  readonly facts: TraceFacts;
  /** When the last fault had been undone; null where that did not happen. */
  readonly quietNs: Nanos | null;
  /** Where properties were broken. */
  readonly marks: readonly Mark[];
}

export function overviewSection(overview: Overview): Markup {
  const { samples, facts } = overview;
  const { totals } = samples;
  const unknown = facts.spans.some(({ kind }) => kind === 'unknown')
    ? html`
<li><i class="swatch unknown"></i> not known since it crashed: its trace tells of no start</li>`
    : null;
  const open = samples.open === 0 ? '' : `; ${count(samples.open)} never ended`;
  return html`<section aria-labelledby="overview">
<h2 id="overview">The run over time</h2>
<ul class="legend">
<li><i class="swatch ok"></i> · ok (${count(totals.ok)})</li>
<li><i class="swatch info"></i> | outcome unknown (${count(totals.info)}${open})</li>
<li><i class="swatch fail"></i> × fail (${count(totals.fail)})</li>
<li><i class="swatch band"></i> fault in force</li>
<li><i class="swatch lead"></i> node leads</li>
<li><i class="swatch down"></i> node is down</li>${unknown}</ul>
<div class="scroll" tabindex="0" role="region" aria-label="Chart of the run; the tables below hold its figures">${drawing(overview)}</div>
${quantileTable(samples)}</section>`;
}

function drawing(overview: Overview): Markup {
  const { history, faults, facts, quietNs, marks } = overview;
  const endNs = Math.max(1, history.length === 0 ? 1 : history.time.get(history.length - 1));
  const scale: Scale = (timeNs) =>
    LEFT + (Math.min(Math.max(timeNs, 0), endNs) / endNs) * (RIGHT - LEFT);
  const lanes = [...new Set(faults.map((fault) => fault.lane))];
  const nodesTop = lanes.length * LANE + 8;
  const latencyTop = nodesTop + facts.nodes.length * LANE + 22;
  const rateTop = latencyTop + LATENCY_HEIGHT + 26;
  const bottom = rateTop + RATE_HEIGHT;
  const lines = [
    quietNs === null ? null : vertical('mark', scale(quietNs), 0, bottom),
    marks.map(({ timeNs }) => vertical('mark fail', scale(timeNs), 0, bottom)),
  ];
  return html`<svg class="overview" role="img" aria-label="${summaryOf(overview, endNs)}" width="${WIDTH}" height="${bottom + 24}" viewBox="0 0 ${WIDTH} ${bottom + 24}">
${faults.map((fault) => latencyBand(fault, scale, latencyTop, bottom, endNs))}
${laneRows(lanes, faults, scale, endNs)}
${nodeRows(facts, nodesTop, scale, endNs)}
${latencyChart(overview.samples, latencyTop, scale)}
${rateChart(overview, rateTop, endNs)}
${lines}
${markNames(overview, scale, latencyTop - 6)}
${timeAxis(endNs, scale, bottom)}
</svg>`;
}

function summaryOf({ samples, faults, facts }: Overview, endNs: Nanos): string {
  const leaders = facts.spans.filter((span) => span.kind === 'leader').length;
  return `${seconds(endNs / 1e9)} of operations with ${plural(faults.length, 'fault')} and ${plural(leaders, 'leadership')}; ${plural(samples.totals.ok, 'operation')} ok, ${samples.totals.fail} failed, ${samples.totals.info} of unknown outcome.`;
}

function bandOf({ startNs, endNs }: FaultWindow, scale: Scale, lastNs: Nanos) {
  return { left: scale(startNs), right: scale(endNs ?? lastNs) };
}

function latencyBand(
  fault: FaultWindow,
  scale: Scale,
  top: number,
  bottom: number,
  endNs: Nanos,
): Markup | null {
  if (fault.status === 'skipped') return null;
  return rect('band', bandOf(fault, scale, endNs), top, bottom - top);
}

function laneRows(
  lanes: readonly string[],
  faults: readonly FaultWindow[],
  scale: Scale,
  endNs: Nanos,
): Hole {
  return lanes.map((lane, at) => {
    const bars = faults
      .filter((fault) => fault.lane === lane)
      .map((fault) => {
        const band = bandOf(fault, scale, endNs);
        const title = `${fault.lane} ${fault.form} (${fault.status}): ${fault.evidence}`;
        const room = Math.floor((band.right - band.left - 6) / 6.2);
        const name =
          room < 6
            ? null
            : label('lane-name', band.left + 4, at * LANE + 12, shorten(fault.form, room));
        return html`${rect(`lane ${fault.status}`, band, at * LANE + 1, LANE - 3, title, eventsOf(fault.events))}${name}`;
      });
    return html`${label('row', 0, at * LANE + 12, lane)}${bars}`;
  });
}

type Span = TraceFacts['spans'][number];

const SPAN_CLASSES = { leader: 'lead', down: 'down', unknown: 'unknown' } as const;

function spanTitle({ node, kind, term }: Span): string {
  if (kind === 'leader') return `${nodeName(node)} leads in term ${term}`;
  return `${nodeName(node)} ${kind === 'down' ? 'is down' : 'crashed; when it came back is not known'}`;
}

function nodeRows({ nodes, spans }: TraceFacts, top: number, scale: Scale, endNs: Nanos): Hole {
  return nodes.map((node, at) => {
    const y = top + at * LANE;
    const bars = spans
      .filter((span) => span.node === node && (span.endNs ?? endNs) > 0)
      .map((span) => {
        const band = { left: scale(span.startNs), right: scale(span.endNs ?? endNs) };
        const wide = span.kind === 'leader' && band.right - band.left > 26;
        const name = wide ? label('lane-name', band.left + 4, y + 12, `t${span.term}`) : null;
        return html`${rect(SPAN_CLASSES[span.kind], band, y + 2, LANE - 5, spanTitle(span))}${name}`;
      });
    const line = html`<line class="grid" x1="${LEFT}" x2="${RIGHT}" y1="${px(y + LANE - 1)}" y2="${px(y + LANE - 1)}"/>`;
    return html`${line}${label('row', 0, y + 12, nodeName(node))}${bars}`;
  });
}

function latencyChart({ points }: Samples, top: number, scale: Scale): Markup {
  const all = Object.values(points).flat();
  if (all.length === 0) return label('row', 0, top + 12, 'no operation ended');
  const values = all.map((point) => Math.max(point.latencyNs, 1e3));
  const low = Math.floor(Math.log10(values.reduce((a, b) => Math.min(a, b), 1e6)));
  const high = Math.max(
    low + 1,
    Math.ceil(Math.log10(values.reduce((a, b) => Math.max(a, b), 1e7))),
  );
  const y = (latencyNs: Nanos) =>
    top + LATENCY_HEIGHT * (1 - (Math.log10(Math.max(latencyNs, 1e3)) - low) / (high - low));
  const decades = Array.from({ length: high - low + 1 }, (_, at) => low + at);
  const grid = decades.map((decade) => {
    const at = y(10 ** decade);
    const line = html`<line class="grid" x1="${LEFT}" x2="${RIGHT}" y1="${px(at)}" y2="${px(at)}"/>`;
    return html`${line}${label('tick end', LEFT - 8, at + 4, decadeText(decade))}`;
  });
  const path = (outcome: Outcome, stroke: string) => {
    const d = points[outcome].map((point) => `M${place(point, scale, y)}${stroke}`).join('');
    return d === '' ? null : html`<path class="points ${outcome}" d="${d}"/>`;
  };
  return html`${label('row', 0, top + 12, 'latency')}${grid}${path('ok', 'h0')}${path('info', 'v-4v8')}${path('fail', 'm-2.5-2.5l5 5m0-5l-5 5')}`;
}

function place(point: Point, scale: Scale, y: (latencyNs: Nanos) => number): string {
  return `${px(scale(point.timeNs))} ${px(y(point.latencyNs))}`;
}

function decadeText(decade: number): string {
  const unit = decade >= 9 ? 's' : decade >= 6 ? 'ms' : 'µs';
  const base = decade >= 9 ? 9 : decade >= 6 ? 6 : 3;
  return `${10 ** (decade - base)} ${unit}`;
}

/** Operations by the time of their end, ok below, then unknown, then failed. */
function rateChart({ history, operations }: Overview, top: number, endNs: Nanos): Markup {
  const buckets = Array.from({ length: BUCKETS }, () => ({ ok: 0, info: 0, fail: 0 }));
  const names = ['ok', 'ok', 'fail', 'info'] as const;
  for (const complete of operations.complete) {
    if (complete === -1) continue;
    const time = history.time.get(complete);
    const bucket = buckets[Math.min(BUCKETS - 1, Math.floor((time / endNs) * BUCKETS))];
    const name = names[history.type[complete] as number];
    if (bucket !== undefined && name !== undefined) bucket[name]++;
  }
  if (operations.complete.every((complete) => complete === -1)) return null;
  const most = Math.max(1, ...buckets.map(({ ok, info, fail }) => ok + info + fail));
  const wide = (RIGHT - LEFT) / BUCKETS;
  const bars = (['ok', 'info', 'fail'] as const).map((name) => {
    const d = buckets.map((bucket, at) => {
      const below = name === 'ok' ? 0 : name === 'info' ? bucket.ok : bucket.ok + bucket.info;
      if (bucket[name] === 0) return '';
      const bottom = top + RATE_HEIGHT * (1 - below / most);
      const height = (RATE_HEIGHT * bucket[name]) / most;
      return `M${px(LEFT + at * wide + 0.5)} ${px(bottom)}v${px(-height)}h${px(wide - 1)}v${px(height)}z`;
    });
    return html`<path class="bars ${name}" d="${d.join('')}"/>`;
  });
  const perS = most / (endNs / 1e9 / BUCKETS);
  return html`${label('row', 0, top + 12, 'ops per second')}${bars}${label('tick end', LEFT - 8, top + 30, `max ${count(perS)}`)}<line class="axis" x1="${LEFT}" x2="${RIGHT}" y1="${top + RATE_HEIGHT}" y2="${top + RATE_HEIGHT}"/>`;
}

function markNames({ quietNs, marks }: Overview, scale: Scale, y: number): Hole {
  const quiet = quietNs === null ? null : label('tick end', scale(quietNs) - 4, y, 'faults over');
  const names = marks.map(({ name, timeNs }, at) => {
    const x = scale(timeNs);
    // Each on a line of its own, and never out of the drawing.
    const [place, shift] = x > RIGHT - 120 ? ['end', -4] : ['', 4];
    return label(`tick violation ${place}`, x + shift, y + 20 + at * 14, `✖ ${name}`);
  });
  return [quiet, names];
}

function timeAxis(endNs: Nanos, scale: Scale, bottom: number): Hole {
  const step = roundStep(endNs, 12);
  const ticks: Markup[] = [];
  for (let timeNs = 0; timeNs <= endNs; timeNs += step) {
    const text =
      step >= 1e9 ? `${Math.round(timeNs / 1e9)} s` : `${Number((timeNs / 1e6).toFixed(3))} ms`;
    ticks.push(
      html`${vertical('axis', scale(timeNs), bottom, bottom + 4)}${label('tick middle', scale(timeNs), bottom + 17, text)}`,
    );
  }
  return ticks;
}

function quantileTable({ sortedOk }: Samples): Markup {
  const rows = [...sortedOk].map(([f, sorted]) => {
    const cells = [0.5, 0.95, 0.99, 1].map((share) => {
      return html`<td class="number">${seconds(quantile(sorted, share) / 1e9)}</td>`;
    });
    return html`<tr><th scope="row">${f}</th><td class="number">${count(sorted.length)}</td>${cells}</tr>`;
  });
  return html`<table class="narrow"><caption>Latency of operations that were ok</caption><thead><tr><th scope="col">Operation</th><th scope="col" class="number">ok</th><th scope="col" class="number">median</th><th scope="col" class="number">95 %</th><th scope="col" class="number">99 %</th><th scope="col" class="number">longest</th></tr></thead><tbody>${rows}</tbody></table>`;
}
