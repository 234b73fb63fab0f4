/** How a member of etcd is started, and what it says of itself. */

import type { Exchange, Member, MemberView, Place } from '../member.ts';
import { Garbled, refusalIn, status, statusIn } from './gateway.ts';
import { perform } from './operations.ts';

const CLIENT_PORT = 2379;
const PEER_PORT = 2380;

export const memberOfEtcd: Member = {
  packages: ['etcd-server'],
  clientPort: CLIENT_PORT,
  peerPort: PEER_PORT,
  command,
  lastWords,
  view,
  perform: (operation, { reads, guard, leaseS }) =>
    perform(operation, {
      serializable: reads === 'serializable',
      guard: guard === 'lock' || guard === 'fenced-lock' ? guard : 'revision',
      leaseS: Number(leaseS),
    }),
};

/** A member that has its data already goes on with it, whatever is said of a new cluster. */
function command({ members, at, directory, cluster, options }: Place): readonly string[] {
  const own = members[at];
  if (own === undefined) throw new Error(`there is no member ${at}`);
  const peer = (address: string) => `http://${address}:${PEER_PORT}`;
  const client = `http://${own.address}:${CLIENT_PORT}`;
  return [
    'etcd',
    `--name=${own.name}`,
    `--data-dir=${directory}`,
    `--listen-peer-urls=${peer(own.address)}`,
    `--initial-advertise-peer-urls=${peer(own.address)}`,
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--initial-cluster=${members.map(({ name, address }) => `${name}=${peer(address)}`).join(',')}`,
    '--initial-cluster-state=new',
    `--initial-cluster-token=${cluster}`,
    `--heartbeat-interval=${options['heartbeatMs']}`,
    `--election-timeout=${options['electionTimeoutMs']}`,
    `--snapshot-count=${options['snapshotEvery']}`,
    `--experimental-watch-progress-notify-interval=${options['progressEveryMs']}ms`,
  ];
}

/** Before the stacks that Go dumps, or what the server logs as critical or fatal itself. */
const DEATH = /^(panic|fatal error|runtime|SIG[A-Z]+): | [CF] \| |"level":"(panic|fatal)"/;

function lastWords(log: readonly string[]): string {
  return log.findLast((line) => DEATH.test(line)) ?? log.at(-1) ?? '';
}

function* view(): Exchange<MemberView | null> {
  const answer = yield status;
  if (refusalIn(answer) !== null || answer.kind !== 'answered') return null;
  try {
    return statusIn(answer.body);
  } catch (error) {
    if (error instanceof Garbled) return null;
    throw error;
  }
}
