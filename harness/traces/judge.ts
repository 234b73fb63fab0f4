/** Judges traces: those of other people's nodes by what they tell, those of our own runs by everything. */

import { agreementVerdict } from '../../checkers/agreement/index.ts';
import { judgeObserved } from '../../checkers/agreement/raft-observed/checker.ts';
import type { Verdict } from '../../checkers/verdict.ts';
import { usage } from '../core/errors.ts';
import { traceJson } from '../store/lines.ts';
import { readTrace } from '../store/reader.ts';
import { readNodeTrace, type TracedLine } from './read.ts';

/** A line of a trace: `file:line`, and what stands there. */
export interface LineFound {
  readonly where: string;
  readonly text: string;
}

/** A broken property, with the lines that contradict each other. */
export interface TraceFinding {
  readonly property: string;
  /** What happened, for people. */
  readonly told: string;
  readonly because: string;
  /** The earlier one first. */
  readonly lines: readonly LineFound[];
}

export interface TraceJudgement {
  readonly verdict: Verdict;
  readonly findings: readonly TraceFinding[];
  /** Of others: how often each rule could be judged. Of ours: what the checker counted. */
  readonly judged: Readonly<Record<string, number>>;
  readonly nodes: number;
  readonly lines: number;
  /** Lines that say nothing of a trace. */
  readonly passedOver: number;
}

/**
 * Judges these files together, as the trace of one cluster. The trace of a run of ours stands alone. Throws
 * a usage error for what is no trace.
 */
export function judgeTraces(paths: readonly string[]): TraceJudgement {
  const traces = paths.map(readNodeTrace);
  const own = traces.find((trace) => trace.kind === 'own');
  if (own === undefined) {
    const foreign = traces.filter((trace) => trace.kind === 'foreign');
    const passedOver = foreign.reduce((sum, trace) => sum + trace.passedOver, 0);
    return judgeForeign(
      foreign.flatMap(({ lines }) => lines),
      passedOver,
    );
  }
  if (traces.length === 1) return judgeOwn(own.path);
  throw usage(`${own.path}: the trace of a run of ours is whole, and is judged alone`);
}

function judgeForeign(lines: readonly TracedLine[], passedOver: number): TraceJudgement {
  const { violations, judged } = judgeObserved(lines.map(({ observation }) => observation));
  const findings = violations.map(({ property, told, because, lines: at }): TraceFinding => {
    const places = at.flatMap((line) => lines[line] ?? []);
    return { property, told, because, lines: places.map(({ where, text }) => ({ where, text })) };
  });
  const nodes = new Set(lines.map(({ observation }) => observation.node)).size;
  return {
    verdict: verdictOf(
      findings,
      Object.values(judged).some((count) => count > 0),
    ),
    findings,
    judged: { ...judged },
    nodes,
    lines: lines.length,
    passedOver,
  };
}

function verdictOf([first]: readonly TraceFinding[], isAnyJudged: boolean): Verdict {
  if (first !== undefined) {
    const { told, because, property } = first;
    return {
      kind: 'invalid',
      because: told,
      detail: `${property}: ${because}`,
      property,
      events: [],
    };
  }
  if (isAnyJudged) return { kind: 'valid' };
  return { kind: 'unknown', because: 'no line says who leads a term, or what is committed' };
}

function judgeOwn(path: string): TraceJudgement {
  const lines = [...readTrace(path, 'ours')];
  const { verdict, violations, stats } = agreementVerdict(lines);
  const findings = violations.map(({ property, told, because, lines: at }): TraceFinding => {
    // The first line of the file is its header.
    return {
      property,
      told: told ?? because,
      because,
      lines: at.map((line) => {
        const found = lines[line];
        return { where: `${path}:${line + 2}`, text: found === undefined ? '' : traceJson(found) };
      }),
    };
  });
  const nodes = new Set(lines.map(({ node }) => node)).size;
  return { verdict, findings, judged: stats, nodes, lines: lines.length, passedOver: 0 };
}
