/** Placeholder by the lead until the command's author writes it. */
import type { Command } from 'commander';
export function registerCheck(_program: Command, _done: (status: number) => void): void {}
