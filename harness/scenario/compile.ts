/** From what stands in a scenario file to a scenario that can be played, or a complaint with its place. */

import { PROTOCOL_OPERATIONS } from '../../systems/operations.ts';
import type { System } from '../../systems/system.ts';
import { systemOptionsFault } from '../config/settings.ts';
import type { YamlFile } from '../config/yaml-file.ts';
import { HarnessError, messageOf, suggestion } from '../core/errors.ts';
import { applyVariants, builtInVariant, variantFault } from '../variants/variants.ts';
import { compileExpectations } from './compile-expect.ts';
import { checkRequest, compileFilter, Names, nameRequest, type Reading } from './reading.ts';
import type { Action, Case, Circumstances, Claim, Path, Scenario, Step } from './scenario.ts';
import {
  ACTION_NAMES,
  type RawCase,
  type RawClaim,
  type RawFilter,
  type RawScenario,
  type RawStep,
} from './schema.ts';

type File = YamlFile<RawScenario>;

/** Resolves every name of a file; throws a usage error for what the system does not know. */
export function compileScenario(name: string, path: string, system: System, file: File): Scenario {
  const { contents } = file;
  const cases = compileCases(system, file);
  const claimed = cases.flatMap(({ claims }) => claims.flatMap(({ row }) => row ?? []));
  const rows = [...new Set([...(contents.rows ?? []), ...claimed])].sort((a, b) => a - b);
  return {
    name,
    file: path,
    title: contents.title,
    system,
    source: contents.source ?? null,
    about: contents.about?.trim() ?? null,
    seed: contents.seed ?? 1,
    rows,
    cases,
    problem: (at, message) => file.problem(at, message),
  };
}

function compileCases(system: System, file: File): Case[] {
  const { contents } = file;
  const { cases } = contents;
  if (cases === undefined) return [compileCase(system, file, contents, null, [])];
  const own = (['steps', 'expect', 'claims'] as const).find(
    (field) => contents[field] !== undefined,
  );
  if (own !== undefined) {
    throw file.problem([own], 'a file has cases, or steps, expect and claims of its own, not both');
  }
  return cases.map((one, at) => {
    const merged: RawCase = {
      ...contents,
      ...one,
      options: { ...contents.options, ...one.options },
      roles: { ...contents.roles, ...one.roles },
    };
    return compileCase(system, file, merged, one.title, ['cases', at]);
  });
}

function compileCase(
  system: System,
  file: File,
  raw: RawCase,
  title: string | null,
  path: Path,
): Case {
  const problem: Scenario['problem'] = (at, message) => file.problem(at, message);
  if (raw.steps === undefined) throw problem(path, 'steps are needed');
  const names = new Names(file.contents.nodes, raw.roles ?? {}, problem, path);
  const reading: Reading = { system, names, requests: new Set(), problem };
  const circumstances = compileCircumstances(reading, raw, path);
  const steps = compileSteps(reading, raw.steps, [...path, 'steps']);
  return {
    ...circumstances,
    title,
    path,
    steps,
    expect: compileExpectations(reading, raw.expect, [...path, 'expect']),
    claims: (raw.claims ?? []).map((claim, at) =>
      compileClaim({ ...reading, requests: new Set(reading.requests) }, circumstances, claim, [
        ...path,
        'claims',
        at,
      ]),
    ),
  };
}

function compileCircumstances(reading: Reading, raw: RawCase, path: Path): Circumstances {
  const { system, names, problem } = reading;
  const given = Object.entries(raw.given ?? {}).map(([name, fields]) => {
    const at = [...path, 'given', name];
    const { node } = names.node(name, at);
    try {
      const { scenarioWords } = system;
      if (scenarioWords === undefined) throw new TypeError(`${system.name} has no words for it`);
      return [node, scenarioWords.records(fields)] as const;
    } catch (error) {
      if (error instanceof TypeError) throw problem(at, messageOf(error));
      throw error;
    }
  });
  const disks = new Map<number, readonly unknown[]>(given);
  const variants = raw.variants ?? [];
  checkVariants(reading, variants, [...path, 'variants']);
  return {
    nodes: names.nodes,
    names: names.all,
    options: compileOptions(reading, raw.options, [...path, 'options']),
    variants,
    disks: names.nodes.map((_, node) => disks.get(node) ?? []),
    down: names.list(raw.down ?? [], [...path, 'down']).map(({ node }) => node),
  };
}

function compileOptions(
  { system, problem }: Reading,
  given: RawCase['options'],
  path: Path,
): Circumstances['options'] {
  const fault = systemOptionsFault(system, given ?? {});
  if (fault !== null) throw problem(path, fault);
  return given ?? {};
}

function checkVariants({ system, problem }: Reading, ids: readonly string[], path: Path): void {
  const fault = ids.map((id) => variantFault(system, id)).find((one) => one !== null);
  if (fault !== undefined) throw problem(path, fault);
  try {
    const variants = ids.map((id) => builtInVariant(system, id));
    applyVariants(system, variants);
  } catch (error) {
    if (!(error instanceof HarnessError)) throw error;
    throw problem(path, error.message);
  }
}

function compileClaim(reading: Reading, base: Circumstances, raw: RawClaim, path: Path): Claim {
  if (raw.breaks === undefined && raw.expect === undefined) {
    throw reading.problem(path, 'breaks or expect is needed: what does the claim come to?');
  }
  const variants = raw.variants ?? [];
  checkVariants(reading, [...base.variants, ...variants], [...path, 'variants']);
  return {
    path,
    row: raw.row ?? null,
    says: raw.says,
    variants,
    options: compileOptions(reading, raw.options, [...path, 'options']),
    afterwards: compileSteps(reading, raw.afterwards ?? [], [...path, 'afterwards']),
    breaks: raw.breaks === 'none' ? [] : (raw.breaks ?? null),
    expect: compileExpectations(reading, raw.expect, [...path, 'expect']),
  };
}

function compileSteps(reading: Reading, steps: readonly RawStep[], path: Path): Step[] {
  return steps.map((step, at) => compileStep(reading, step, [...path, at]));
}

function compileStep(reading: Reading, raw: RawStep, path: Path): Step {
  const named = ACTION_NAMES.filter((name) => raw[name] !== undefined);
  const [what, second] = named;
  if (what === undefined) {
    throw reading.problem(path, `an action is needed (${ACTION_NAMES.join(', ')})`);
  }
  if (second !== undefined) {
    throw reading.problem(path, `one action to a step, not ${named.join(' and ')}`);
  }
  return {
    path,
    say: raw.say ?? null,
    action: compileAction(reading, raw, [...path, what]),
    expect: compileExpectations(reading, raw.expect, [...path, 'expect']),
  };
}

const MESSAGE_ACTIONS = ['deliver', 'settle', 'drop', 'duplicate', 'hold', 'release'] as const;
const NODE_ACTIONS = ['crash', 'start', 'restart', 'isolate'] as const;

function compileAction(reading: Reading, raw: RawStep, path: Path): Action {
  const { names } = reading;
  for (const what of MESSAGE_ACTIONS) {
    const filter = raw[what];
    if (filter !== undefined) return compileDelivery(reading, what, filter, path);
  }
  for (const what of NODE_ACTIONS) {
    const nodes = raw[what];
    if (nodes !== undefined) return { do: what, nodes: names.list(nodes, path) };
  }
  if (raw.request !== undefined) return compileRequest(reading, raw.request, path);
  if (raw.open !== undefined) {
    nameRequest(reading, raw.open.as, [...path, 'as']);
    return { do: 'open', at: names.node(raw.open.at, path), request: raw.open.as };
  }
  if (raw.retry !== undefined) {
    const { at, of } = raw.retry;
    checkRequest(reading, of, [...path, 'of']);
    return { do: 'retry', at: names.node(at, path), of };
  }
  if (raw.fire !== undefined) return compileFire(reading, raw.fire, path);
  if (raw.partition !== undefined) {
    return { do: 'partition', groups: raw.partition.map((group) => names.list(group, path)) };
  }
  if (raw.disconnect !== undefined) {
    const [one, other] = raw.disconnect;
    checkConnections(reading, true, 'disconnect', path);
    return { do: 'disconnect', nodes: [names.node(one, path), names.node(other, path)] };
  }
  if (raw.wait !== undefined) return { do: 'wait', forUs: microseconds(raw.wait) };
  if (raw.run !== undefined) return compileRun(reading, raw.run, path);
  if (raw.repeat !== undefined) {
    const { times, steps, until } = raw.repeat;
    return {
      do: 'repeat',
      times,
      steps: compileSteps(reading, steps, [...path, 'steps']),
      until: until === undefined ? null : compileExpectations(reading, until, [...path, 'until']),
    };
  }
  if (raw.note !== undefined) return { do: 'note', text: raw.note };
  return { do: raw.heal === undefined ? 'forget' : 'heal' };
}

function compileDelivery(
  reading: Reading,
  what: (typeof MESSAGE_ACTIONS)[number],
  filter: true | RawFilter,
  path: Path,
): Action {
  if (what !== 'deliver' && what !== 'settle') checkConnections(reading, false, what, path);
  return { do: what, filter: compileFilter(reading, filter === true ? {} : filter, path) };
}

/** What messages may do on their way depends on what carries them. */
function checkConnections(reading: Reading, needed: boolean, what: string, path: Path): void {
  const { system, problem } = reading;
  if ((system.links === 'connections') === needed) return;
  throw problem(
    path,
    needed
      ? `${system.name} knows no connections: drop messages instead`
      : `the connections of ${system.name} do not ${what} single messages: disconnect instead, or deliver only some`,
  );
}

function compileRequest(
  reading: Reading,
  raw: NonNullable<RawStep['request']>,
  path: Path,
): Action {
  const { system, names, problem } = reading;
  const asked = PROTOCOL_OPERATIONS.filter((f) => raw[f] !== undefined);
  const [f, second] = asked;
  if (f === undefined || second !== undefined) {
    throw problem(path, `one operation is needed (${system.operations.join(', ')})`);
  }
  if (!system.operations.includes(f)) {
    throw problem([...path, f], `${system.name} serves ${system.operations.join(', ')} only`);
  }
  const session = raw.session ?? null;
  if (session !== null) checkRequest(reading, session, [...path, 'session']);
  if (raw.as !== undefined) nameRequest(reading, raw.as, [...path, 'as']);
  return {
    do: 'request',
    at: names.node(raw.at, [...path, 'at']),
    request: raw.as ?? null,
    operation: { f, key: raw.key ?? 'x', value: raw[f] ?? null },
    session,
  };
}

function compileFire(
  { system, names, problem }: Reading,
  raw: NonNullable<RawStep['fire']>,
  path: Path,
): Action {
  const timers = system.scenarioWords?.timers ?? {};
  const byNumber = /^\d+$/.test(raw.timer) ? Number(raw.timer) : undefined;
  const timer = Object.hasOwn(timers, raw.timer) ? timers[raw.timer] : byNumber;
  if (timer === undefined) {
    const hint = suggestion(raw.timer, Object.keys(timers));
    throw problem([...path, 'timer'], `${system.name} has no timer "${raw.timer}" (${hint})`);
  }
  return { do: 'fire', at: names.node(raw.at, [...path, 'at']), timer, timerName: raw.timer };
}

function compileRun(reading: Reading, raw: NonNullable<RawStep['run']>, path: Path): Action {
  const { for: time, until, only } = typeof raw === 'string' ? { for: raw } : raw;
  return {
    do: 'run',
    forUs: microseconds(time),
    until: until === undefined ? null : compileExpectations(reading, until, [...path, 'until']),
    only: compileFilter(reading, only ?? {}, [...path, 'only']),
  };
}

/** `200 ms` or `2 s`, as the schema has it. */
function microseconds(time: string): number {
  const unit = time.endsWith('ms') ? 1_000 : 1_000_000;
  return Math.round(Number.parseFloat(time) * unit);
}
