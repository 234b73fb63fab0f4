/** What is told of the building of an image, by an engine that only plays one: no container runs. */

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { StartEvent } from '../../../harness/core/start-event.ts';
import { baseTag } from '../../../harness/docker/base-image.ts';
import { connectEngine } from '../../../harness/docker/engine.ts';
import { buildImage, isImageGone } from '../../../harness/docker/image.ts';

/** The lines of its answers to a pull and to builds, and what images it has. */
class PlayedEngine {
  readonly images = new Set<string>();
  /** What is left of builds that did not come to their end. */
  readonly dangling = new Set<string>();
  /** Whether builds never come to their end. */
  hangs = false;
  /** Three questions of this form meet the removal of an image by somebody else. */
  busyWith: RegExp | null = null;
  busy = 3;
  /** Builds that whoever asked for them has gone away from. */
  cancelled = 0;
  pulling: readonly object[] = [];
  readonly building: readonly object[] = [
    { stream: 'Step 1/3 : FROM base' },
    { stream: ' ---> 1234' },
    { stream: 'Step 2/3 : LABEL ordeal.image=true' },
  ];
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => {
      request.resume().on('end', () => {
        const { status, lines } = this.#answer(request.method ?? '', request.url ?? '');
        response.writeHead(status, { 'content-type': 'application/json' });
        const text = lines.map((line) => `${JSON.stringify(line)}\r\n`).join('');
        if (!(this.hangs && request.url?.startsWith('/build') === true)) response.end(text);
        else {
          response.write(text);
          response.on('close', () => this.cancelled++);
        }
      });
    });
  }

  #answer(method: string, url: string): { status: number; lines: readonly object[] } {
    const { pathname, searchParams } = new URL(url, 'http://engine');
    const [, inspected] = /^\/images\/(.*)\/json$/.exec(pathname) ?? [];
    if (pathname.endsWith('/version')) return ok({ Version: '29', ApiVersion: '1.52' });
    if (
      this.busyWith?.test(`${method} ${decodeURIComponent(pathname)}`) === true &&
      this.busy > 0
    ) {
      this.busy--;
      return { status: 500, lines: [{ message: 'unrecognized image ID sha256:2' }] };
    }
    if (pathname.endsWith('/images/json')) {
      const ofBuild = searchParams.get('filters')?.includes('dangling') === true;
      return ok(ofBuild ? [...this.dangling].map((id) => ({ Id: id })) : []);
    }
    if (method === 'DELETE') {
      this.dangling.delete(decodeURIComponent(pathname.slice('/images/'.length)));
      return ok([]);
    }
    if (method === 'POST' && pathname.endsWith('/images/create')) {
      return { status: 200, lines: this.pulling };
    }
    if (method === 'POST' && pathname.endsWith('/build')) {
      if (this.hangs) this.dangling.add('sha256:2');
      else this.images.add(searchParams.get('t') as string);
      return { status: 200, lines: this.building };
    }
    const has = inspected !== undefined && this.images.has(decodeURIComponent(inspected));
    return has ? ok({ Id: 'sha256:1' }) : { status: 404, lines: [{ message: 'no such image' }] };
  }

  listen(): Promise<string> {
    return new Promise((resolve) => {
      this.#server.listen(0, '127.0.0.1', () => {
        resolve(`tcp://127.0.0.1:${(this.#server.address() as AddressInfo).port}`);
      });
    });
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

function ok(body: object): { status: number; lines: readonly object[] } {
  return { status: 200, lines: [body] };
}

describe('an image', () => {
  let engine: PlayedEngine;
  const hostBefore = process.env['DOCKER_HOST'];

  beforeEach(async () => {
    engine = new PlayedEngine();
    process.env['DOCKER_HOST'] = await engine.listen();
  });

  afterEach(() => {
    engine.close();
    if (hostBefore === undefined) delete process.env['DOCKER_HOST'];
    else process.env['DOCKER_HOST'] = hostBefore;
  });

  test('is built in steps, each told when the engine begins it', async () => {
    engine.images.add(baseTag());
    const events: StartEvent[] = [];
    const { tag } = await buildImage((event) => events.push(event));
    const step = (done: number) => ({ kind: 'build', image: tag, done, total: 3 });
    expect(events).toEqual([step(0), step(0), step(1)]);

    events.length = 0;
    await buildImage((event) => events.push(event));
    expect(events).toEqual([{ kind: 'up-to-date', image: tag }]);
  });

  test('what is fetched is told in bytes over all layers', async () => {
    const layer = (id: string, current: number, total: number) => {
      return { id, status: 'Downloading', progressDetail: { current, total } };
    };
    engine.pulling = [
      { id: '26-slim', status: 'Pulling from library/node' },
      layer('a', 10, 100),
      layer('b', 5, 50),
      layer('a', 90, 100),
      { id: 'a', status: 'Download complete' },
      { id: 'a', status: 'Extracting', progressDetail: { current: 3, total: 100 } },
    ];
    const events: StartEvent[] = [];
    await buildImage((event) => events.push(event));
    const fetched = events.flatMap((event) => {
      return event.kind === 'fetch' ? [[event.doneBytes, event.totalBytes]] : [];
    });
    expect(fetched).toEqual([
      [0, 0],
      [10, 100],
      [15, 150],
      [95, 150],
      [105, 150],
    ]);
    const built = events.flatMap((event) => (event.kind === 'build' ? [event.image] : []));
    expect(new Set(built).size).toBe(2);
    expect(built[0]).toBe(baseTag());
  });

  test('is to blame for what failed only where the engine has it no more', async () => {
    engine.images.add(baseTag());
    const { tag } = await buildImage(() => undefined);
    const { docker } = await connectEngine();
    const failure = await docker
      .getContainer('nobody')
      .inspect()
      .catch((error: unknown) => error);
    expect(await isImageGone(docker, failure)).toBe(false);
    engine.images.delete(tag);
    expect(await isImageGone(docker, failure)).toBe(true);
    expect(await isImageGone(docker, new Error('no such image'))).toBe(false);
  });

  test.each([
    ['the list', /^GET \/images\/json$/],
    ['the removal', /^DELETE \/images\/sha256:2$/],
    ['the look', /^GET \/images\/ordeal-node:.*\/json$/],
  ])(
    'is built where %s of images meets the removal of one by somebody else',
    async (_, busyWith) => {
      engine.images.add(baseTag());
      engine.dangling.add('sha256:2');
      engine.busyWith = busyWith;
      const { tag } = await buildImage(() => undefined);
      expect(engine.images).toContain(tag);
      expect(engine.dangling.size).toBe(0);
      expect(engine.busy).toBe(0);
    },
  );

  test('an interruption ends the build, and what the engine has left of it is removed', async () => {
    engine.images.add(baseTag());
    engine.hangs = true;
    const controller = new AbortController();
    const building = buildImage((event) => {
      if (event.kind === 'build' && event.done === 1) controller.abort();
    }, controller.signal);
    const thrown = await building.catch((error: unknown) => error);
    expect(thrown).toBe(controller.signal.reason);
    expect(engine.cancelled).toBe(1);
    expect(engine.dangling.size).toBe(0);
    expect(engine.images).toEqual(new Set([baseTag()]));
  });

  test('an interruption ends the fetching of what it stands on', async () => {
    const controller = new AbortController();
    engine.pulling = [{ id: 'a', status: 'Downloading', progressDetail: { current: 1, total: 9 } }];
    const building = buildImage((event) => {
      if (event.kind === 'fetch') controller.abort();
    }, controller.signal);
    const thrown = await building.catch((error: unknown) => error);
    expect(thrown).toBe(controller.signal.reason);
    expect(engine.images.size).toBe(0);
  });
});
