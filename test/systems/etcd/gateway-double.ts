/** As much of etcd's JSON gateway as a client uses, in memory: revisions, transactions, defaults left out. */

import type { Answer, Ask, Exchange } from '../../../systems/member.ts';

interface Kept {
  readonly value: string;
  readonly created: number;
  readonly modified: number;
}

interface Range {
  readonly key: string;
}

interface Transaction {
  readonly compare: readonly {
    readonly key: string;
    readonly target: 'MOD' | 'CREATE' | 'VALUE';
    readonly modRevision?: string;
    readonly createRevision?: string;
    readonly value?: string;
  }[];
  readonly success: readonly Request[];
  readonly failure: readonly Request[];
}

type Request = { readonly requestRange?: Range; readonly requestPut?: Range & { value: string } };

export class GatewayDouble {
  #revision = 1;
  #lock: string | null = null;
  readonly #keys = new Map<string, Kept>();

  answer({ path, body }: Ask): Answer {
    switch (path) {
      case '/v3/kv/range':
        return this.#answered(this.#range(body as Range));
      case '/v3/kv/put': {
        this.#revision++;
        this.#put(body as Range & { value: string });
        return this.#answered({});
      }
      case '/v3/lease/grant':
        return this.#answered({ ID: '77' });
      case '/v3/lock/lock': {
        this.#revision++;
        const key = btoa(`${atob((body as { name: string }).name)}/77`);
        this.#put({ key, value: '' });
        this.#lock = key;
        return this.#answered({ key });
      }
      case '/v3/lease/revoke':
        this.expire();
        return this.#answered({});
      case '/v3/kv/txn':
        return this.#answered(this.#transaction(body as Transaction));
      default:
        return { kind: 'answered', status: 404, body: { error: 'Not Found' } };
    }
  }

  /** The lease has ended, and with it the lock. */
  expire(): void {
    if (this.#lock === null) return;
    this.#revision++;
    this.#keys.delete(this.#lock);
    this.#lock = null;
  }

  /** One exchange from its beginning to its end. */
  carryOut<Result>(exchange: Exchange<Result>): Result {
    let step = exchange.next();
    while (step.done !== true) step = exchange.next(this.answer(step.value));
    return step.value;
  }

  #answered(body: object): Answer {
    const header = { revision: String(this.#revision), raft_term: '2', member_id: '7' };
    return { kind: 'answered', status: 200, body: { header, ...body } };
  }

  #range({ key }: Range): object {
    const kept = this.#keys.get(key);
    if (kept === undefined) return {};
    const revisions = {
      create_revision: String(kept.created),
      mod_revision: String(kept.modified),
    };
    return { kvs: [{ key, ...revisions, value: kept.value }], count: '1' };
  }

  #put({ key, value }: Range & { readonly value: string }): void {
    const created = this.#keys.get(key)?.created ?? this.#revision;
    this.#keys.set(key, { value, created, modified: this.#revision });
  }

  #transaction({ compare, success, failure }: Transaction): object {
    const succeeded = compare.every((one) => {
      const kept = this.#keys.get(one.key);
      if (one.target === 'MOD') return String(kept?.modified ?? 0) === one.modRevision;
      if (one.target === 'CREATE') return String(kept?.created ?? 0) === one.createRevision;
      return kept?.value === one.value;
    });
    const requests = succeeded ? success : failure;
    if (requests.some(({ requestPut }) => requestPut !== undefined)) this.#revision++;
    const responses = requests.map(({ requestRange, requestPut }) => {
      if (requestRange !== undefined) return { response_range: this.#range(requestRange) };
      if (requestPut !== undefined) this.#put(requestPut);
      return { response_put: {} };
    });
    return { ...(succeeded ? { succeeded } : {}), responses };
  }
}
