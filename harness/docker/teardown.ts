/**
 * What has to be undone at the end of a run, in reverse order. A step is registered before what it
 * undoes is started, so steps must bear that it never was.
 */

import type { Millis } from '../../checkers/units.ts';

interface Step {
  readonly what: string;
  readonly undo: () => Promise<void> | void;
}

export class Teardown {
  readonly #steps: Step[] = [];
  #running: Promise<string[]> | null = null;

  add(what: string, undo: () => Promise<void> | void): void {
    this.#steps.push({ what, undo });
  }

  /**
   * Undoes everything, once, however often it is called. Never throws: returns what could not be
   * undone. Every step gets its own budget, whatever became of the run's deadline.
   */
  run(budgetMsPerStep: number): Promise<string[]> {
    this.#running ??= this.#undoAll(budgetMsPerStep);
    return this.#running;
  }

  async #undoAll(budgetMs: Millis): Promise<string[]> {
    const failures: string[] = [];
    for (const { what, undo } of this.#steps.toReversed()) {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<never>((_resolve, reject) => {
        timer = setTimeout(() => reject(new Error(`took over ${budgetMs} ms`)), budgetMs);
      });
      try {
        await Promise.race([undo(), late]);
      } catch (error) {
        failures.push(`${what}: ${error instanceof Error ? error.message : String(error)}`);
      } finally {
        clearTimeout(timer);
      }
    }
    return failures;
  }
}
