/**
 * Writes one run into the store as it happens. Lines are appended and handed to the system soon. A
 * killed run is readable up to its last line.
 */

import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { History } from '../../checkers/history.ts';
import type { TraceLine } from '../../checkers/trace.ts';
import { storing } from '../core/files.ts';
import type { Plan } from '../core/plan.ts';
import { jsonText, makeRunDirectory, pointAt, writeWhole } from './files.ts';
import { FILES, type RunFile } from './format.ts';
import { historyLine, LinesWriter, traceJson } from './lines.ts';

export interface NewRun {
  /** The store's directory; made when it does not exist. */
  readonly store: string;
  readonly run: RunFile;
  /** Whether the run goes on in real time, so that lines must not wait for others. */
  readonly live: boolean;
}

/**
 * A run that is being written. Close it when the run has ended. What the disk refuses is
 * `infrastructure`; what was written before that stays.
 */
export class RunWriter {
  /** The run's own directory, inside the store. */
  readonly directory: string;
  readonly #run: RunFile;
  readonly #history: LinesWriter;
  readonly #trace: LinesWriter;
  /** Events of the history written so far. */
  #events = 0;

  /** Makes the directory, writes `run.json` and points `latest` at it. */
  constructor({ store, run, live }: NewRun) {
    this.#run = run;
    const { system, workload, seed } = run.config;
    this.directory = makeRunDirectory(store, run.startedAt, `${system}-${workload}-${seed}`);
    storing(this.directory, () => mkdirSync(join(this.directory, FILES.logs)));
    writeWhole(join(this.directory, FILES.run), jsonText(run));
    this.#history = new LinesWriter(join(this.directory, FILES.history), 'history', live);
    this.#trace = new LinesWriter(join(this.directory, FILES.trace), 'trace', live);
    pointAt(this.directory, 'latest');
  }

  /** Writes `run.json` anew, when the backend has more to say of itself. */
  backend(backend: RunFile['backend']): void {
    writeWhole(join(this.directory, FILES.run), jsonText({ ...this.#run, backend }));
  }

  /** `plan.json`: an operation or a fault a line. */
  plan({ faults, operations }: Plan): void {
    const rows = (items: readonly unknown[]) =>
      items.map((item) => JSON.stringify(item)).join(',\n');
    const text = `{"faults":[\n${rows(faults)}\n],"operations":[\n${rows(operations)}\n]}\n`;
    writeWhole(join(this.directory, FILES.plan), text);
  }

  /** Appends the events that were recorded since the last call. */
  history(history: History): void {
    for (; this.#events < history.length; this.#events++) {
      this.#history.write(historyLine(history.event(this.#events)));
    }
  }

  trace(lines: Iterable<TraceLine>): void {
    for (const line of lines) this.#trace.write(traceJson(line));
  }

  /** Where to write the log of a node, or of anything else that has one. */
  logPath(name: string): string {
    return join(this.directory, FILES.logs, name);
  }

  /** Hands everything written so far to the system. */
  flush(): void {
    this.#history.flush();
    this.#trace.flush();
  }

  /** Writes what waits; no lines can be written afterwards, small files still can. */
  close(): void {
    try {
      this.#history.close();
    } finally {
      this.#trace.close();
    }
  }

  /** Closes the files of a run that cannot go on. */
  [Symbol.dispose](): void {
    this.#history[Symbol.dispose]();
    this.#trace[Symbol.dispose]();
  }

  /** Removes the run: nothing came of it. */
  discard(): void {
    this.close();
    rmSync(this.directory, { recursive: true, force: true });
    const latest = join(dirname(this.directory), 'latest');
    if (!existsSync(latest)) rmSync(latest, { force: true });
  }
}
