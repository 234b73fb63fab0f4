/** What clients ask (section 8; dissertation, chapter 6). */

import { openCommand, operationCommand } from '../kv.ts';
import type { Request } from '../protocol.ts';
import { clusterTimeUs, redirect, redirectTo } from './answers.ts';
import { appendCommand } from './append.ts';
import type { Raft } from './context.ts';
import { onFollowerRead } from './follower-reads.ts';
import { onRead } from './reads.ts';
import { settleOwn } from './settle.ts';

export function onRequest(raft: Raft, request: Request): void {
  const { state, rules } = raft;
  const { from } = request;
  const path = rules.requestPath(state, request);
  if (path === 'redirect') redirect(raft, from);
  else if (path === 'command' || request.kind === 'open') onCommand(raft, request);
  else if (path === 'read') onRead(raft, from, request.operation);
  else onFollowerRead(raft, from, request.operation);
}

function onCommand(raft: Raft, request: Request): void {
  const { state, rules } = raft;
  const { from } = request;
  const timeUs = clusterTimeUs(raft);
  if (!rules.acceptsCommands(state)) {
    redirectTo(raft, from, null);
    return;
  }
  if (request.kind === 'open') appendCommand(raft, openCommand(from, timeUs), from);
  else {
    const { operation, session, sequence } = request;
    appendCommand(raft, operationCommand(operation, session, sequence, timeUs), from);
  }
  settleOwn(raft);
}
