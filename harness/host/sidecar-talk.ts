/** What the harness asks of the program beside a node (`sidecar.ts`), and what that answers. */

import { byTag, list, text, words } from '../core/shape.ts';
import type { Talk } from './control.ts';

export type SidecarCommand =
  /** Replaces the set of addresses from which the node hears nothing. */
  | { readonly kind: 'block'; readonly sources: readonly string[] }
  /** Sends a datagram with this mark to each address. */
  | { readonly kind: 'probe'; readonly mark: string; readonly to: readonly string[] }
  /** From which addresses datagrams with this mark have arrived. */
  | { readonly kind: 'heard'; readonly mark: string };

export type SidecarAnswer =
  | { readonly kind: 'blocked'; readonly rules: string }
  | { readonly kind: 'probed' }
  | { readonly kind: 'heard'; readonly from: readonly string[] };

export const sidecarTalk: Talk<SidecarCommand, SidecarAnswer> = {
  command: byTag<SidecarCommand, 'kind'>('kind', {
    block: { sources: list(words) },
    probe: { mark: text, to: list(words) },
    heard: { mark: text },
  }),
  answer: byTag<SidecarAnswer, 'kind'>('kind', {
    blocked: { rules: text },
    probed: {},
    heard: { from: list(words) },
  }),
};
