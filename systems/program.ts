/**
 * A system whose nodes are programs, in whatever language: each a process that reads and writes one
 * JSON message a line, as Maelstrom has it (jepsen-io/maelstrom, the page on its protocol). Only what such a
 * program promises stands here; `harness/process` starts it (`harness/lockstep` in virtual time), and workloads say what it is asked.
 */

import { OPERATIONS } from './operations.ts';
import { BEYOND_DURABILITY, type OptionSpec, type ProgramSystem } from './system.ts';

/** How long after the faults a program may take at most: it says nothing of elections of its own. */
const ELECTION_TIMEOUT_MS = 1500;

/** Errors of Maelstrom's that say what a program holds, and so are answers. */
const ANSWERS = ['key-does-not-exist', 'key-already-exists', 'precondition-failed'];

/** Whether a client was answered, though what it asked for did not happen. */
export function isAnswer(error: string): boolean {
  return ANSWERS.some((name) => error.startsWith(name));
}

/** Of the network between processes, which is the harness's. */
const REAL_NETWORK: Specs = {
  latencyMs: {
    describe: 'delay of a message between nodes: its mean',
    default: 0,
    min: 0,
    max: 60_000,
    worth: [0, 10, 100],
  },
  latencyDist: {
    describe: 'how delays are spread: all alike, from none to twice the mean, or exponentially',
    default: 'constant',
    choices: ['constant', 'uniform', 'exponential'],
  },
  lossPpm: {
    describe: 'messages between nodes that are lost, per million',
    default: 0,
    min: 0,
    max: 1_000_000,
    worth: [0, 10_000],
  },
  duplicatePpm: {
    describe: 'messages between nodes that come twice, per million',
    default: 0,
    min: 0,
    max: 1_000_000,
    worth: [0, 10_000],
  },
};

/** In the simulator's network messages take their time; as with Maelstrom, none is lost or comes twice. */
const SIMULATED_NETWORK: Specs = {
  'network.lossPpm': perMillion('messages lost, per million'),
  'network.duplicatePpm': perMillion('messages that come twice, per million'),
  'network.latePpm': perMillion('messages held back for long, per million'),
};

type Specs = ProgramSystem['options'];

function perMillion(describe: string): OptionSpec {
  return { describe, default: 0, min: 0, max: 1_000_000 };
}

/** The system that a command starts, under a name for people; its nodes are simulated, or are not. */
export function programSystem(
  name: string,
  command: readonly string[],
  isSimulated = false,
): ProgramSystem {
  return {
    kind: 'program',
    name,
    command,
    describe: `a program that speaks JSON lines: ${command.join(' ')}`,
    // It serves what the workload asks of it, or says itself that it does not.
    operations: OPERATIONS,
    leaderless: true,
    electionTimeoutMs: ELECTION_TIMEOUT_MS,
    // It does not say that it keeps on a disk what it must not forget: kills come by name.
    usualFaults: ['partition', 'pause'],
    beyond: {
      ...BEYOND_DURABILITY,
      'client-links': 'a client of Maelstrom loses nothing, and asks once',
    },
    options: {
      answeredPpm: {
        describe: 'operations that must be answered, faults or not, per million: 1000000 for all',
        default: 0,
        min: 0,
        max: 1_000_000,
      },
      ...(isSimulated ? SIMULATED_NETWORK : REAL_NETWORK),
    },
    variants: [],
  };
}
