/** Plays the steps of a scenario on a scripted cluster, and keeps what there is to tell of each. */

import type { Violation } from '../../checkers/trace.ts';
import type { NodeId } from '../../checkers/units.ts';
import type { Options, Reply } from '../../systems/protocol.ts';
import type { Facts } from '../../systems/scenario-words.ts';
import type { Variant } from '../../systems/system.ts';
import { TraceFollower } from '../judge/trace-follower.ts';
import { bounded } from '../variants/bounded.ts';
import { type ActiveRules, applyVariants } from '../variants/variants.ts';
import { allHold, type Checked, check, passes, type Scene } from './ask.ts';
import { Clients } from './clients.ts';
import { Cluster } from './cluster.ts';
import type { Flight, Links } from './links.ts';
import { type Recording, traceViolations, violationsOf } from './recording.ts';
import type { Action, Circumstances, Expectation, Filter, Scenario, Step } from './scenario.ts';
import { changesOf, detailsOf, flightsText, sentenceOf, type Telling } from './story.ts';

/** One step as it went. */
export interface Told {
  readonly sentence: string;
  /** What followed: messages, answers, what nodes believe now, what broke. */
  readonly details: readonly string[];
  readonly checks: readonly Checked[];
  /** Why it could not be carried out as written; null where it could. */
  readonly problem: string | null;
  /** Steps of the first repetition, of one that repeats. */
  readonly inner: readonly Told[];
}

export interface Played {
  readonly told: readonly Told[];
  /** What is expected at the end. */
  readonly final: readonly Checked[];
  readonly violations: readonly Violation[];
  /** What went otherwise than written, in order; expectations at the end included. */
  readonly otherwise: readonly string[];
  /** Whether there are invariants for traces of this system. */
  readonly judged: boolean;
  readonly reached: ActiveRules['reached'];
  readonly recording: Recording;
}

export interface PlaySpec {
  readonly scenario: Scenario;
  readonly circumstances: Circumstances;
  readonly options: Options;
  readonly variants: readonly Variant[];
  readonly steps: readonly Step[];
  readonly expect: readonly Expectation[];
}

export function play(spec: PlaySpec): Played {
  return new Player(spec).play();
}

/** How often a timer may only arm itself anew before that counts as all it does. */
const REARMS_MAX = 3;
/** Timers that fire within one `run` at most. */
const FIRES_MAX = 20_000;

class Player implements Scene {
  readonly nodes: readonly string[];
  readonly problem: Scenario['problem'];
  readonly #spec: PlaySpec;
  readonly #active: ActiveRules;
  readonly #follower: TraceFollower;
  readonly #cluster: Cluster;
  readonly #clients: Clients;
  readonly #isolated = new Set<number>();
  #groups: readonly (readonly number[])[] | null = null;
  #violationsTold = 0;
  /** How often the last repetition was gone through. */
  #times = 0;

  constructor(spec: PlaySpec) {
    const { scenario, circumstances } = spec;
    const { system } = scenario;
    this.#spec = spec;
    this.nodes = circumstances.nodes;
    this.problem = (path, message) => scenario.problem(path, message);
    this.#active = applyVariants(system, spec.variants);
    this.#follower = new TraceFollower(system);
    this.#cluster = new Cluster({
      system,
      active: this.#active,
      follower: this.#follower,
      options: spec.options,
      seed: scenario.seed,
      disks: circumstances.disks,
      down: circumstances.down,
      variants: spec.variants.map(({ id }) => id),
    });
    this.#clients = new Clients(this.#cluster);
  }

  get inFlight(): readonly Flight[] {
    return this.#cluster.links.inFlight;
  }

  get delivered(): ReadonlyMap<string, number> {
    return this.#cluster.delivered;
  }

  get broken(): readonly string[] {
    return this.#follower.violations.map(({ property }) => property);
  }

  facts(node: NodeId): Facts | null {
    const state = this.#cluster.state(node);
    if (state === null) return null;
    const words = this.#spec.scenario.system.scenarioWords;
    if (words !== undefined) return words.facts(state, (number) => this.#nameOf(number));
    const { leader, ...view } = this.#cluster.view(node);
    return { ...view, leader: leader === null ? null : this.#nameOf(leader) };
  }

  answer(request: string): Reply | null {
    return this.#clients.answer(request);
  }

  play(): Played {
    const { steps, expect } = this.#spec;
    // What nodes say when they start is no part of the story.
    this.#cluster.happenings = [];
    const told = steps.map((step) => this.#step(step));
    const final = expect.map((one) => check(this, one));
    const { scenario, circumstances, options } = this.#spec;
    const recording = { history: this.#clients.conclude(), trace: this.#cluster.trace };
    return {
      told,
      final,
      violations: violationsOf(recording, { system: scenario.system, circumstances, options }),
      otherwise: [...told.flatMap(otherwiseIn), ...final.flatMap(otherwiseOf)],
      judged: this.#follower.checker !== null,
      reached: this.#active.reached,
      recording,
    };
  }

  #step(step: Step): Told {
    const before = this.nodes.map((_, node) => this.facts(node));
    const inner: Told[] = [];
    const problem = bounded(() => this.#carryOut(step.action, inner));
    this.#clients.collect();
    const after = this.nodes.map((_, node) => this.facts(node));
    const details = inner.length > 0 ? [] : detailsOf(this.#telling());
    const repeated = inner.length > 0 ? [`${this.#times} times in all`] : [];
    const broken = traceViolations(this.#follower, this.nodes).slice(this.#violationsTold);
    this.#violationsTold += broken.length;
    this.#cluster.happenings = [];
    return {
      sentence: step.say ?? sentenceOf(step.action),
      details: [
        ...repeated,
        ...details,
        ...(inner.length > 0 ? [] : changesOf(this.nodes, before, after)),
        ...broken.map(({ property, because }) => `broken: ${property}: ${because}`),
      ],
      checks: step.expect.map((one) => check(this, one)),
      problem,
      inner,
    };
  }

  #telling(): Telling {
    return {
      happenings: this.#cluster.happenings,
      inFlight: this.inFlight,
      nodes: this.nodes,
      words: this.#spec.scenario.system.scenarioWords ?? null,
      isUp: (node) => this.#cluster.isUp(node),
      requestOf: (id) => this.#clients.nameOf(id),
    };
  }

  /** Does what the step says; returns why that was not possible, or null. */
  #carryOut(action: Action, inner: Told[]): string | null {
    const cluster = this.#cluster;
    switch (action.do) {
      case 'request':
        return this.#clients.request(action);
      case 'open':
        return this.#clients.open(action);
      case 'retry':
        return this.#clients.retry(action);
      case 'deliver':
        return this.#deliver(action.filter);
      case 'settle':
        return this.#settle(action.filter) ? null : 'messages never come to an end';
      case 'drop':
        cluster.lose(this.#passing(action.filter, cluster.links));
        return null;
      case 'duplicate':
      case 'hold':
      case 'release':
        return this.#divert(action.do, action.filter);
      case 'fire':
        return this.#fire(action);
      case 'crash':
        for (const { node } of action.nodes) cluster.crash(node);
        return null;
      case 'start':
        for (const { node } of action.nodes) cluster.start(node);
        return null;
      case 'restart':
        for (const { node } of action.nodes) cluster.crash(node);
        for (const { node } of action.nodes) cluster.start(node);
        return null;
      case 'isolate':
        for (const { node } of action.nodes) this.#isolated.add(node);
        cluster.cut(this.#groups, this.#isolated);
        return null;
      case 'partition':
        this.#groups = action.groups.map((group) => group.map(({ node }) => node));
        cluster.cut(this.#groups, this.#isolated);
        return null;
      case 'heal':
        this.#groups = null;
        this.#isolated.clear();
        cluster.cut(null, this.#isolated);
        return null;
      case 'disconnect':
        cluster.disconnect(action.nodes[0].node, action.nodes[1].node);
        return null;
      case 'wait':
        cluster.nowUs += action.forUs;
        return null;
      case 'run':
        return this.#run(action);
      case 'repeat':
        return this.#repeat(action, inner);
      case 'forget':
        cluster.delivered.clear();
        return null;
      case 'note':
        return null;
    }
  }

  /** What passes now; over connections nothing is overtaken. */
  #passing(filter: Filter, { inFlight, kind }: Links): Flight[] {
    const stopped = new Set<string>();
    const passing = inFlight.filter((flight) => {
      const link = `${flight.from} ${flight.to}`;
      if (kind === 'connections' && stopped.has(link)) return false;
      if (passes(filter, flight)) return true;
      stopped.add(link);
      return false;
    });
    return filter.first === null ? passing : passing.slice(0, filter.first);
  }

  #deliver(filter: Filter): string | null {
    const passing = this.#passing(filter, this.#cluster.links);
    if (passing.length === 0) {
      const there = flightsText(this.inFlight, this.#telling());
      return `there is no such message; on the way: ${there}`;
    }
    for (const flight of passing) this.#cluster.deliver(flight);
    return null;
  }

  #settle(filter: Filter): boolean {
    return this.#cluster.settle((links) => this.#passing(filter, links));
  }

  #divert(how: 'duplicate' | 'hold' | 'release', filter: Filter): string | null {
    const { links } = this.#cluster;
    const source = how === 'release' ? links.held : links.inFlight;
    const matching = source.filter((flight) => passes(filter, flight));
    const passing = filter.first === null ? matching : matching.slice(0, filter.first);
    if (passing.length === 0) return 'there is no such message';
    if (how === 'duplicate') {
      links.inFlight = links.inFlight.flatMap((flight) =>
        passing.includes(flight) ? [flight, { ...flight }] : [flight],
      );
    } else if (how === 'hold') {
      links.inFlight = links.inFlight.filter((flight) => !passing.includes(flight));
      links.held.push(...passing);
    } else {
      links.held = links.held.filter((flight) => !passing.includes(flight));
      links.inFlight.push(...passing);
    }
    return null;
  }

  #fire({ at, timer, timerName }: Action & { do: 'fire' }): string | null {
    if (!this.#cluster.isUp(at.node)) return `${at.name} is down`;
    for (let times = 0; times < REARMS_MAX; times++) {
      if (this.#cluster.dueUs(at.node, timer) === null) {
        return times === 0 ? `the timer "${timerName}" of ${at.name} is not set` : null;
      }
      if (this.#cluster.fire(at.node, timer) > 0) return null;
    }
    return null;
  }

  /** Messages arrive as they are sent, timers fire as they are due. */
  #run({ forUs, until, only }: Action & { do: 'run' }): string | null {
    const cluster = this.#cluster;
    const endUs = cluster.nowUs + forUs;
    const isReached = () => until !== null && allHold(this, until);
    for (let fires = 0; fires < FIRES_MAX; fires++) {
      if (!this.#settle(only)) return 'messages never come to an end';
      if (isReached()) return null;
      const next = cluster.nextTimer();
      if (next === null || next.dueUs > endUs) {
        cluster.nowUs = endUs;
        return until === null ? null : this.#never(until);
      }
      cluster.fire(next.node, next.timer);
    }
    return 'timers fire without end';
  }

  #never(until: readonly Expectation[]): string {
    const missing = until.map((one) => check(this, one)).find(({ found }) => found !== null);
    return `it never came to that: ${missing?.text} (${missing?.found})`;
  }

  #repeat({ times, steps, until }: Action & { do: 'repeat' }, inner: Told[]): string | null {
    for (let time = 1; time <= times; time++) {
      const told = steps.map((step) => this.#step(step));
      this.#times = time;
      const failed = told.find((one) => otherwiseIn(one).length > 0);
      if (time === 1) inner.push(...told);
      if (failed !== undefined) {
        return time === 1 ? null : `in repetition ${time}: ${otherwiseIn(failed)[0]}`;
      }
      if (until !== null && allHold(this, until)) return null;
    }
    return until === null ? null : this.#never(until);
  }

  #nameOf(node: NodeId): string {
    return this.nodes[node] ?? `node ${node}`;
  }
}

/** What of a step went otherwise than written. */
function otherwiseIn({ sentence, checks, problem, inner }: Told): string[] {
  return [
    ...(problem === null ? [] : [`${sentence}: ${problem}`]),
    ...inner.flatMap(otherwiseIn),
    ...checks.flatMap(otherwiseOf),
  ];
}

function otherwiseOf({ text, found }: Checked): string[] {
  return found === null ? [] : [`expected ${text}; found ${found}`];
}
