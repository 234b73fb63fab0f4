/**
 * Numbers that must not be taken for one another: who a node is and who a client is, what is counted
 * in microseconds and what in nanoseconds, terms and places in a log. The compiler refuses one kind
 * where another is wanted. A plain number (a literal, the outcome of arithmetic, what a user's
 * JavaScript says) may be of any kind, so that nothing has to be cast to become one.
 */

declare const kind: unique symbol;

/** A number of one kind. At run time it is a number and nothing else. */
type Kind<Name extends string> = number & { readonly [kind]?: Name };

/** A node of a cluster: 0, 1, ... in its order; people are shown n1, n2, ... */
export type NodeId = Kind<'node'>;

/** Nodes as bits: that of node n is 1 << n. */
export type NodeSet = Kind<'set of nodes'>;

/** A logical process of a history, as in Jepsen: one client until an operation of it stays unknown. */
export type ProcessId = Kind<'process'>;

/** Microseconds: time in the simulator, the engine and the plan. */
export type Micros = Kind<'microseconds'>;

/** Nanoseconds: times in histories and traces. */
export type Nanos = Kind<'nanoseconds'>;

/** Milliseconds: what people set. */
export type Millis = Kind<'milliseconds'>;

/** Whose turn it is to lead: Raft's term, a ballot of the Paxos family, an epoch of Zab. */
export type Term = Kind<'term'>;

/** A term of the Paxos family: round and owner in one number. */
export type Ballot = Term;

/** A term of Zab. */
export type Epoch = Term;

/** A place in a replicated log: Raft's index, a slot of Paxos. The first is 1. */
export type LogIndex = Kind<'log index'>;
