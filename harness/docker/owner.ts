/**
 * Who made a container, network or directory: labels by which leftovers of a crashed controller
 * are told from things that are in use.
 */

import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

export const LABEL = {
  run: 'ordeal.run',
  pid: 'ordeal.pid',
  /** When that process started: process numbers are used again. */
  born: 'ordeal.born',
  host: 'ordeal.host',
} as const;

export interface Owner {
  readonly runId: string;
  readonly pid: number;
  readonly born: string;
  readonly host: string;
}

export function thisProcess(runId: string): Owner {
  return { runId, pid: process.pid, born: birth(process.pid) ?? '', host: hostname() };
}

export function toLabels(owner: Owner): Record<string, string> {
  return {
    [LABEL.run]: owner.runId,
    [LABEL.pid]: String(owner.pid),
    [LABEL.born]: owner.born,
    [LABEL.host]: owner.host,
  };
}

/** The owner that labels name; null when the thing is none of ours. */
export function fromLabels(labels: Readonly<Record<string, string>> | undefined): Owner | null {
  const runId = labels?.[LABEL.run];
  const pid = Number(labels?.[LABEL.pid]);
  const born = labels?.[LABEL.born];
  const host = labels?.[LABEL.host];
  if (runId === undefined || born === undefined || host === undefined || !(pid > 0)) return null;
  return { runId, pid, born, host };
}

/** Whether the owner still runs. One on another machine cannot be judged from here: it does. */
export function isAlive(owner: Owner): boolean {
  if (owner.host !== hostname()) return true;
  const born = birth(owner.pid);
  if (born !== null) return born === owner.born;
  if (process.platform === 'linux') return false;
  try {
    process.kill(owner.pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Boot of the machine and start of the process within it; null when that is not to be had. */
function birth(pid: number): string | null {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // Field 22, counted after the command's name, which may itself hold spaces and brackets.
    const startTicks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    return startTicks === undefined ? null : `${boot}:${startTicks}`;
  } catch {
    return null;
  }
}
