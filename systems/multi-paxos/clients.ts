/** What clients ask. */

import { openCommand, operationCommand } from '../kv.ts';
import { isRead } from '../operations.ts';
import type { Request } from '../protocol.ts';
import { clusterTimeUs, redirect } from './answers.ts';
import type { Multi } from './context.ts';
import { submit } from './proposals.ts';
import { onRead } from './reads.ts';

export function onRequest(multi: Multi, request: Request): void {
  const { state, env, rules } = multi;
  if (!rules.servesRequest(state, request)) {
    redirect(multi, request.from);
    return;
  }
  switch (request.kind) {
    case 'open':
      submit(multi, openCommand(request.from, clusterTimeUs(multi)), request.from);
      break;
    case 'operation': {
      const { operation, session, sequence, from } = request;
      const index = rules.readIndex(state);
      const clockUs = rules.leaseClock(env.nowUs(), env.wallUs());
      const by = isRead(operation) ? rules.readBy(state, operation, index, clockUs) : 'log';
      if (by !== 'log') onRead(multi, from, operation, { index, by });
      else
        submit(multi, operationCommand(operation, session, sequence, clusterTimeUs(multi)), from);
      break;
    }
  }
}
