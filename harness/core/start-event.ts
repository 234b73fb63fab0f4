/**
 * What happens on the way to a cluster on real machines, as data: whoever wants to read it makes
 * words of it (`run/start-progress.ts`).
 */

export type StartEvent =
  | { readonly kind: 'up-to-date'; readonly image: string }
  /** From a registry; the total grows while layers tell their sizes. */
  | ({ readonly kind: 'fetch' } & Transfer)
  | { readonly kind: 'no-registry'; readonly because: string }
  /** A base from Debian packages; `doing` is what the tool says of itself, empty before it does. */
  | { readonly kind: 'debian'; readonly suite: string; readonly doing: string }
  | ({ readonly kind: 'import' } & Transfer)
  /** An image is made in steps, of which `done` are over. */
  | {
      readonly kind: 'build';
      readonly image: string;
      readonly done: number;
      readonly total: number;
    }
  /** Nodes whose containers run. */
  | { readonly kind: 'containers'; readonly up: number; readonly nodes: number }
  /** All containers run; these nodes answer, and as yet the system is not ready. */
  | {
      readonly kind: 'forming';
      readonly answering: number;
      readonly nodes: number;
      /** What there is to wait for once all answer. */
      readonly awaits: 'leader' | 'readiness';
    }
  /** The cluster is formed, or will never be. */
  | { readonly kind: 'over'; readonly formed: boolean };

interface Transfer {
  readonly image: string;
  readonly doneBytes: number;
  /** 0 while it is not known. */
  readonly totalBytes: number;
}

export type OnStart = (event: StartEvent) => void;
