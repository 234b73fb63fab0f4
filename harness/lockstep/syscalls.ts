/** The few system calls of Linux in which a program that only reacts to messages waits for one. */

import { arch } from 'node:os';

/** What a thread that waits is asked for, by how it says for how long. */
export type Wait =
  /** For ever, or it is not said. */
  | { readonly kind: 'open' }
  /** An argument, in milliseconds; below zero for ever. */
  | { readonly kind: 'millis'; readonly argument: number }
  /** An argument that points to seconds and nanoseconds; null for ever. */
  | { readonly kind: 'pointer'; readonly argument: number }
  /** As that, but for some operations of a futex it is a moment, and for others no time at all. */
  | { readonly kind: 'futex' };

/** A system call by its name, and what it is to wait in it. */
export interface Syscall {
  readonly name: string;
  /** Null where whoever is in it is at work, or sleeps by a timer of its own. */
  readonly wait: Wait | null;
}

const READ: Syscall = { name: 'read', wait: { kind: 'open' } };
const FUTEX: Syscall = { name: 'futex', wait: { kind: 'futex' } };

function millis(name: string, argument: number): Syscall {
  return { name, wait: { kind: 'millis', argument } };
}

function pointer(name: string, argument: number): Syscall {
  return { name, wait: { kind: 'pointer', argument } };
}

function busy(name: string): Syscall {
  return { name, wait: null };
}

/** By number, of each architecture that is known. */
const TABLES: Readonly<Record<string, ReadonlyMap<number, Syscall>>> = {
  x64: new Map([
    [0, READ],
    [202, FUTEX],
    [7, millis('poll', 2)],
    [232, millis('epoll_wait', 3)],
    [281, millis('epoll_pwait', 3)],
    [441, pointer('epoll_pwait2', 3)],
    [23, pointer('select', 4)],
    [270, pointer('pselect6', 4)],
    [271, pointer('ppoll', 2)],
    [1, busy('write')],
    [35, busy('nanosleep')],
    [230, busy('clock_nanosleep')],
    [61, busy('wait4')],
    [247, busy('waitid')],
  ]),
  arm64: new Map([
    [63, READ],
    [98, FUTEX],
    [22, millis('epoll_pwait', 3)],
    [441, pointer('epoll_pwait2', 3)],
    [72, pointer('pselect6', 4)],
    [73, pointer('ppoll', 2)],
    [64, busy('write')],
    [101, busy('nanosleep')],
    [115, busy('clock_nanosleep')],
    [260, busy('wait4')],
    [95, busy('waitid')],
  ]),
};

/** The system calls of this machine; null where nobody knows their numbers. */
export const SYSCALLS = TABLES[arch()] ?? null;

/** What a program sleeps in that waits for a time of its own. */
export const SLEEPS: readonly string[] = ['nanosleep', 'clock_nanosleep'];
/** What a program waits in that has started others. */
export const WAITS_FOR_OTHERS: readonly string[] = ['wait4', 'waitid'];
