/** Placeholder by the lead until the report's author writes it. */
import type { RunSummary } from '../store/format.ts';
export function summaryMarkdown(summary: RunSummary): string {
  return JSON.stringify(summary);
}
