/** Words that other tools and the papers have for what has a name of ours here. */

/** By the word: the names that it may stand for, of whatever kind; those that are known count. */
export const SYNONYMS: Readonly<Record<string, readonly string[]>> = {
  // Faults.
  crash: ['kill'],
  restart: ['kill'],
  sigkill: ['kill'],
  reboot: ['kill'],
  netsplit: ['partition'],
  'split-brain': ['partition'],
  network: ['partition'],
  isolate: ['partition'],
  freeze: ['pause'],
  suspend: ['pause'],
  sigstop: ['pause'],
  hang: ['pause'],
  skew: ['clock'],
  'clock-skew': ['clock'],
  time: ['clock'],
  drift: ['clock'],
  // Systems.
  paxos: ['multi-paxos'],
  multipaxos: ['multi-paxos'],
  synod: ['basic-paxos'],
  zookeeper: ['zab'],
  etcd: ['raft'],
  // Workloads and models.
  read: ['register'],
  write: ['register'],
  cas: ['register', 'cas-register'],
  increment: ['counter'],
  transactions: ['list-append'],
  // Options.
  clients: ['concurrency'],
  faults: ['nemesis'],
  duration: ['time-limit', 'timeLimitS'],
  mutants: ['mutant', 'variants'],
  options: ['set'],
};
