/** From the units of a campaign to its documents: each violation kept, compared with the last campaign, and told. */

import { join } from 'node:path';
import { plural } from '../report/text.ts';
import type { Progress } from '../run/progress.ts';
import { jsonText, writeDerived, writeWhole } from '../store/files.ts';
import type { Work } from './campaign.ts';
import { type Conclusion, conclusionOf } from './conclusion.ts';
import { documentOf } from './document.ts';
import { type KeptViolation, keepViolation, keptBefore } from './kept.ts';
import { nightOf, type Violation, violationName } from './night.ts';
import { campaignHtml } from './page.ts';
import { CAMPAIGN_FILE, type Previous } from './previous.ts';
import { type Campaign, coverageOf, earlierOf, type Marked, markOf } from './result.ts';
import type { CampaignSpec } from './spec.ts';
import type { CampaignState } from './state.ts';
import { summaryMarkdown } from './summary.ts';

/** So many violations are kept with their runs; of the others the command is told. */
const KEPT_MAX = 20;

/** What is to become of runs that show a violation. */
export interface Keeping {
  readonly isAborted: () => boolean;
  /** Made small and explained, too. */
  readonly isShrunk: boolean;
}

export async function finish(
  spec: CampaignSpec,
  state: CampaignState,
  work: Work,
  previous: Previous | null,
  { isAborted, isShrunk }: Keeping,
  progress: Progress,
): Promise<{ readonly campaign: Campaign; readonly conclusion: Conclusion }> {
  const { plan, directory } = state;
  const night = nightOf(spec, plan, state.results());
  const violations: Marked[] = [];
  const context = {
    // What was found is stored even after Ctrl-C: who interrupts wants no more of it, and not less.
    signal: new AbortController().signal,
    progress: progress.run,
    onStart: () => undefined,
  };
  const keptOf = async (violation: Violation): Promise<KeptViolation | null> => {
    const before = keptBefore(directory, violation);
    if (before !== null || isAborted()) return before;
    return keepViolation(state, violation, context, isShrunk ? isAborted : null);
  };
  const of = plural(night.violations.length, 'violation');
  const runs = new Map<string, string>();
  for (const violation of night.violations) {
    progress.state(`keeping ${violations.length + 1} of ${of}`);
    const marked = markOf(violation, spec, previous);
    const { cell, seed, strategy } = violation;
    const run = `${cell.name} ${seed} ${strategy}`;
    const sameRunAs = runs.get(run) ?? null;
    const isWanted = marked.mark !== 'known' && sameRunAs === null && runs.size < KEPT_MAX;
    const kept = isWanted ? await keptOf(violation) : null;
    if (kept !== null) runs.set(run, violationName(violation));
    violations.push({ ...violation, ...marked, kept, sameRunAs });
  }
  const campaign: Campaign = {
    spec,
    plan,
    directory,
    work,
    night,
    violations,
    earlier: await earlierOf(night, spec, previous),
    since: previous,
    coverage: await coverageOf(night),
  };
  const conclusion = conclusionOf(campaign);
  writeDerived(directory, 'report', campaignHtml(campaign, conclusion, againText(campaign)));
  writeDerived(directory, 'summary', summaryMarkdown(campaign, conclusion));
  // Last: with it, the campaign has come to its end.
  writeWhole(join(directory, CAMPAIGN_FILE), jsonText(documentOf(campaign, conclusion)));
  return { campaign, conclusion };
}

/** The command that makes the same campaign again. */
function againText({ spec, plan }: Campaign): string {
  const { shard, firstSeed } = plan;
  const part = shard.of === 1 ? '' : ` --shard ${shard.index}/${shard.of}`;
  return `npx ordeal campaign ${spec.file} --seed ${firstSeed}${part}`;
}
