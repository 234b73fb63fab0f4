import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { HttpPort } from '../../../harness/docker/http-port.ts';
import type { Answer, Ask } from '../../../systems/member.ts';

/** What comes of a question to a server that does this with it. */
async function askOf(
  listener: RequestListener,
  timeoutMs = 5_000,
  ask: Ask = { path: '/x', body: { a: 1 } },
): Promise<Answer> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const port = new HttpPort('127.0.0.1', (server.address() as AddressInfo).port);
  try {
    return await port.ask(ask, timeoutMs);
  } finally {
    port.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

describe('a question to a member', () => {
  test('is answered with a status and what the body says in JSON', async () => {
    const answer = await askOf((request, response) => {
      let said = '';
      request.on('data', (chunk: Buffer) => (said += chunk.toString()));
      request.on('end', () => response.writeHead(503).end(`{"heard":${said}}`));
    });
    expect(answer).toEqual({ kind: 'answered', status: 503, body: { heard: { a: 1 } } });
  });

  test('is answered with a text where that is no JSON', async () => {
    const answer = await askOf((_request, response) => response.end('no {'));
    expect(answer).toEqual({ kind: 'answered', status: 200, body: 'no {' });
  });

  test('is lost where nobody answers in time', async () => {
    const answer = await askOf(() => undefined, 20);
    expect(answer).toEqual({ kind: 'lost', because: 'no answer within 20 ms' });
  });

  test('is lost where the answer breaks off, or the connection', async () => {
    const torn = await askOf((_request, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('{"a":');
      setImmediate(() => response.destroy());
    });
    expect(torn.kind).toBe('lost');
    const cut = await askOf((request) => request.destroy());
    expect(cut.kind).toBe('lost');
  });

  test('that listens hears whole lines, until its time is over or the stream ends or breaks', async () => {
    const listen = (listenMs: number) => ({ path: '/x', body: [1, { b: 2 }], listenMs });
    const lines = (request: IncomingMessage, response: ServerResponse, end: () => void) => {
      request.on('data', (said: Buffer) => {
        response.write(`{"heard":${JSON.stringify(said.toString())}}\n{"hal`, end);
      });
    };
    const heard = { kind: 'answered', status: 200, body: [{ heard: '1\n{"b":2}' }] };
    const open = await askOf(
      (request, response) => lines(request, response, () => undefined),
      1,
      listen(300),
    );
    expect(open).toEqual(heard);
    const torn = await askOf(
      (request, response) => lines(request, response, () => setImmediate(() => response.destroy())),
      1,
      listen(60_000),
    );
    expect(torn).toEqual(heard);
    const silent = await askOf(() => undefined, 60_000, listen(20));
    expect(silent).toEqual({ kind: 'lost', because: 'no answer within 20 ms' });
  });

  test('was never sent where nobody takes the connection, or the client is closed', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port: free } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    const port = new HttpPort('127.0.0.1', free);
    expect(await port.ask({ path: '/x', body: {} }, 5_000)).toMatchObject({
      kind: 'unsent',
      because: expect.stringContaining('ECONNREFUSED'),
    });
    port.close();
    expect((await port.ask({ path: '/x', body: {} }, 5_000)).kind).toBe('unsent');
  });
});
