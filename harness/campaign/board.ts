/** Tells how a campaign goes: a line for what stays worth reading, and how far it is. */

import type { Progress as Elapsed } from '../explore/crew.ts';
import { plain } from '../report/text.ts';
import type { Progress } from '../run/progress.ts';
import { violationName } from './night.ts';
import type { Previous } from './previous.ts';
import { markOf } from './result.ts';
import type { Find, RunsMade } from './runs.ts';
import type { CampaignSpec, Cell } from './spec.ts';
import { failureText, stateText } from './text.ts';
import type { UnitDone, UnitResult } from './unit-lane.ts';

export class Board {
  readonly #spec: CampaignSpec;
  readonly #previous: Previous | null;
  readonly #progress: Progress;
  readonly #violations = new Set<string>();
  #caught = 0;
  #runs = 0;
  /** Made before this process began: the rate is of this one. */
  readonly #runsBefore: number;

  constructor(
    spec: CampaignSpec,
    previous: Previous | null,
    progress: Progress,
    before: Iterable<UnitResult>,
  ) {
    this.#spec = spec;
    this.#previous = previous;
    this.#progress = progress;
    for (const result of before) this.#count(result);
    this.#runsBefore = this.#runs;
  }

  /** Takes note of a unit; whether it shows a violation that none did before. */
  told({ unit, result }: UnitDone, elapsed: Elapsed): boolean {
    this.#count(result);
    let isNew = false;
    if (result.kind === 'failed') {
      const { name } = unit.kind === 'runs' ? unit.cell : unit.canary;
      this.#progress.line(`failed: ${failureText({ ...result, unit: unit.id, name })}`);
    } else if (unit.kind === 'canary') {
      if (result.kind === 'canary' && result.kill === null) {
        this.#progress.line(`canary missed: ${unit.canary.name}`);
      }
    } else if (result.kind === 'runs') {
      isNew = this.#note(unit.cell, result);
    }
    const runs = this.#runs - this.#runsBefore;
    const canaries = { caught: this.#caught, all: this.#spec.canaries.length };
    const violations = this.#violations.size;
    this.#progress.state(stateText({ ...elapsed, runs, violations, canaries }));
    return isNew;
  }

  #count(result: UnitResult): void {
    if (result.kind === 'canary' && result.kill !== null) this.#caught++;
    if (result.kind === 'runs') this.#runs += result.valid + result.invalid + result.unknown;
  }

  #note(cell: Cell, { finds }: RunsMade): boolean {
    const fresh = finds.filter((find) => !this.#violations.has(nameOf(cell, find)));
    for (const find of fresh) {
      const name = nameOf(cell, find);
      this.#violations.add(name);
      const { subject } = cell;
      const { mark } = markOf({ subject, signature: find.signature }, this.#spec, this.#previous);
      const { seed, strategy } = find;
      this.#progress.line(plain(`${mark}: ${name} (${cell.name}, seed ${seed} by ${strategy})`));
    }
    return fresh.length > 0;
  }
}

function nameOf({ subject }: Cell, { signature }: Find): string {
  return violationName({ subject, signature });
}
