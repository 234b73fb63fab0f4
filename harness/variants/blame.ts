/** Where the parts of variants stand: by the files that they were read from. */

import { basename } from 'node:path';
import { itemAt } from '../../checkers/item-at.ts';
import type { Variant } from '../../systems/system.ts';
import type { Place } from '../core/panics.ts';

interface Origin {
  readonly file: string;
  readonly source: string;
}

const origins = new WeakMap<Variant, Origin>();

/** Notes the file that a variant was read from. */
export function readFrom(variant: Variant, file: string, source: string): void {
  origins.set(variant, { file, source });
}

/** Where a part of a variant stands, as well as its source tells. */
export function placeOf(variant: Variant, part: string): Place {
  const origin = origins.get(variant);
  const owner = `variant ${variant.id}`;
  if (origin === undefined) return { owner, part, file: null, line: null };
  const { file, source } = origin;
  return { owner, part, file, line: lineOf(source, String(variant.id), part) };
}

/** The same of an error that was thrown in the variant's file: the line that threw. */
export function placeOfError(variant: Variant, part: string, error: unknown): Place {
  const place = placeOf(variant, part);
  if (place.file === null || !(error instanceof Error)) return place;
  const name = basename(place.file);
  const frame = (error.stack ?? '').split('\n').find((one) => one.includes(`/${name}`));
  const line = Number(/:(\d+):\d+\)?$/.exec(frame ?? '')?.[1]);
  return Number.isInteger(line) ? { ...place, line } : place;
}

/** Where the source first names the part as a property, behind the variant's id. */
function lineOf(source: string, id: string, part: string): number | null {
  const from = Math.max(0, source.search(new RegExp(`\\bid['"]?:\\s*['"\`]${escaped(id)}['"\`]`)));
  const name = escaped(itemAt(part.split(/[.(]/), 0));
  const at = source.slice(from).search(new RegExp(`(?<![\\w.])['"]?${name}['"]?\\s*[:(,}]`));
  if (at === -1) return null;
  return source.slice(0, from + at).split('\n').length;
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
