/**
 * What own systems, workloads, nemeses and variants are made of: all of `ordeal` that there is for a
 * module that a node loads, in whose container nothing is simulated, stored or judged.
 */

// Each adds its kinds to `TraceEvent`: without these lines, a package would not know of them.
export type { FastPaxosEvent } from '../../checkers/agreement/fast-paxos/events.ts';
export type { LeaderEvent } from '../../checkers/agreement/leader-events.ts';
export type { PaxosEvent } from '../../checkers/agreement/paxos/events.ts';
export type { RaftEvent } from '../../checkers/agreement/raft/events.ts';
export type { ZabEvent } from '../../checkers/agreement/zab/events.ts';
export type { History, HistoryEvent, Value } from '../../checkers/history.ts';
export type { Model } from '../../checkers/linearizable/model.ts';
export type { OperationWatch, ReportWatch, Sometimes } from '../../checkers/sometimes.ts';
export type {
  AnyEvent,
  TraceChecker,
  TraceEvent,
  TraceLine,
  Violation,
} from '../../checkers/trace.ts';
export type { CheckResult, Verdict, Witness } from '../../checkers/verdict.ts';
export type { ClusterView, Fault, Nemesis, PlannedFault, Receipt } from '../../nemesis/fault.ts';
export type { BasicRules } from '../../systems/basic-paxos/rules.ts';
export type { ClientEnv, ClientProtocol, ClientState } from '../../systems/client.ts';
export type {
  ClientContext,
  ClientEffect,
  Effect,
  NodeContext,
  NodeEvent,
} from '../../systems/effect.ts';
export type { FastRules } from '../../systems/fast-paxos/rules.ts';
export { systems } from '../../systems/index.ts';
export * as kv from '../../systems/kv.ts';
export type { Readiness, Views } from '../../systems/leadership.ts';
export type { MultiRules } from '../../systems/multi-paxos/rules.ts';
export {
  isRead,
  type Operation,
  type OperationName,
  type Outcome,
} from '../../systems/operations.ts';
export type {
  AnyProtocol,
  ClientRef,
  Env,
  NodeView,
  Options,
  Protocol,
  Reply,
  Request,
} from '../../systems/protocol.ts';
export type { RaftRules } from '../../systems/raft/rules.ts';
export type { Answer, AnyRuleTable, RuleSpec, RuleTable } from '../../systems/rule-table.ts';
export * as answers from '../../systems/rule-table.ts';
export { type ClientRules, clientRules, sessionClient } from '../../systems/session-client.ts';
export {
  type Durability,
  type HuntSettings,
  majority,
  type OptionSpec,
  type ProtocolSystem as System,
  type Rules,
  type Variant,
} from '../../systems/system.ts';
export type { ZabRules } from '../../systems/zab/rules.ts';
export { arrivals, rotatingKeys } from '../../workloads/pace.ts';
export type { Draw, PlannedOperation, Workload, WorkloadConfig } from '../../workloads/workload.ts';
