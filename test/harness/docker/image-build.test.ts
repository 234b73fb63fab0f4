/** What is told of the building of an image, by an engine that only plays one: no container runs. */

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { StartEvent } from '../../../harness/core/start-event.ts';
import { baseTag, buildImage } from '../../../harness/docker/image.ts';

/** The lines of its answers to a pull and to builds, and what images it has. */
class PlayedEngine {
  readonly images = new Set<string>();
  pulling: readonly object[] = [];
  readonly building: readonly object[] = [
    { stream: 'Step 1/2 : FROM base' },
    { stream: ' ---> 1234' },
    { stream: 'Step 2/2 : COPY . /ordeal' },
  ];
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => {
      request.resume().on('end', () => {
        const { status, lines } = this.#answer(request.method ?? '', request.url ?? '');
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(lines.map((line) => `${JSON.stringify(line)}\r\n`).join(''));
      });
    });
  }

  #answer(method: string, url: string): { status: number; lines: readonly object[] } {
    const { pathname, searchParams } = new URL(url, 'http://engine');
    const [, inspected] = /^\/images\/(.*)\/json$/.exec(pathname) ?? [];
    if (pathname.endsWith('/version')) return ok({ Version: '29', ApiVersion: '1.52' });
    if (pathname.endsWith('/images/json')) return { status: 200, lines: [[]] };
    if (method === 'POST' && pathname.endsWith('/images/create')) {
      return { status: 200, lines: this.pulling };
    }
    if (method === 'POST' && pathname.endsWith('/build')) {
      this.images.add(searchParams.get('t') as string);
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

function ok(body: object) {
  return { status: 200, lines: [body] };
}

describe('while an image is built', () => {
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

  test('every step that the engine begins is told', async () => {
    engine.images.add(baseTag());
    const events: StartEvent[] = [];
    const { tag } = await buildImage((event) => events.push(event));
    const step = (done: number) => ({ kind: 'build', image: tag, done, total: 2 });
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
});
