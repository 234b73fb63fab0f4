import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { Guard } from '../../../harness/process/guard.ts';

/** A process in a group of its own that hears no signal but the last one. */
function stopped() {
  const child = spawn('sleep', ['1000'], { detached: true, stdio: 'ignore' });
  child.kill('SIGSTOP');
  return child;
}

test('what is left when nobody tells the guard any more is killed, also where it is stopped', async () => {
  const guard = new Guard();
  const [left, gone] = [stopped(), stopped()];
  const ended = once(left, 'exit');
  for (const { pid } of [left, gone]) guard.add(pid ?? 0);
  guard.remove(gone.pid ?? 0);
  guard.close();
  expect(await ended).toEqual([null, 'SIGKILL']);
  expect(gone.exitCode ?? gone.signalCode).toBeNull();
  gone.kill('SIGKILL');
});
