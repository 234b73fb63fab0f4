/** What one process of ours says to another that no process of ours says is told as such, whoever hears it. */

import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { systemNamed } from '../../../harness/config/catalogue.ts';
import { TcpClient } from '../../../harness/docker/client.ts';
import { ControlClient } from '../../../harness/docker/control-client.ts';
import { CausalClock } from '../../../harness/host/causality.ts';
import { WIRE_VERSION } from '../../../harness/host/config.ts';
import { nodeTalk } from '../../../harness/host/control.ts';
import { encodeFrame, readFrames } from '../../../harness/host/frame.ts';
import { PeerNetwork } from '../../../harness/host/tcp.ts';
import { asProtocol } from '../../../systems/system.ts';

const HOST = '127.0.0.1';

const opened: { close(): void }[] = [];
afterEach(() => {
  for (const each of opened.splice(0)) each.close();
});

/** Listens, and answers each frame with what `reply` makes of it. */
async function answering(reply: (frame: object, socket: Socket) => unknown): Promise<number> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    readFrames(socket, (frame) => {
      const said = reply(frame, socket);
      if (said !== undefined) socket.write(encodeFrame(said));
    });
  });
  opened.push({
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  });
  server.listen(0, HOST);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** What is told first. */
function told(): { readonly first: Promise<string>; readonly onNonsense: (what: string) => void } {
  const { promise, resolve } = Promise.withResolvers<string>();
  return { first: promise, onNonsense: resolve };
}

test.each<[string, unknown, string]>([
  ['no answer', { id: 1 }, 'field "kind" is missing ("answered" or "failed" is needed)'],
  ['another kind', { kind: 'answered', id: 1, answer: { kind: 'vew' } }, 'field "kind" is wrong'],
  [
    'a view without its leader',
    {
      kind: 'answered',
      id: 1,
      answer: {
        kind: 'view',
        incarnation: 1,
        view: { role: 'leader', term: 1, commit: 0, applied: 0 },
      },
    },
    'field "view.leader" is missing (a whole number from 0 on, or null, is needed)',
  ],
])('on a control channel: %s', async (_, answer, wrong) => {
  const isQuestion = (frame: object) => 'command' in frame;
  const port = await answering((frame) => (isQuestion(frame) ? answer : undefined));
  const { first, onNonsense } = told();
  const address = { host: HOST, port };
  const control = new ControlClient({ address, token: 'token', talk: nodeTalk, onNonsense });
  opened.push(control);
  await expect(control.ask({ kind: 'view' }, 10_000)).rejects.toThrow('connection closed');
  expect(await first).toContain(`answered nonsense: ${wrong}`);
});

test('as a reply to a client: its operation stays unknown, as after any lost reply', async () => {
  const port = await answering((frame) =>
    'request' in frame ? { stamp: { lamport: 1, lines: [] }, reply: { status: 'ok' } } : undefined,
  );
  const { first, onNonsense } = told();
  const raft = asProtocol(systemNamed('raft'));
  const client = new TcpClient({
    endpoint: 0,
    clusterId: 'test',
    seed: 1,
    protocol: raft.client(raft.rules),
    nodes: [{ host: HOST, port }],
    clock: new CausalClock(1),
    onNonsense,
  });
  opened.push(client);
  const outcome = client.invoke({ f: 'read', key: 'k', value: null });
  expect(await first).toContain('replied nonsense to a client: field "to" is missing');
  client.close();
  expect((await outcome).type).toBe('info');
});

test('from a peer that was let in', async () => {
  const server = createServer().listen(0, HOST);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  const { first, onNonsense } = told();
  const network = new PeerNetwork({
    clusterId: 'test',
    self: 0,
    incarnation: 1,
    peers: [
      { host: HOST, port },
      { host: HOST, port: 1 },
    ],
    onMessage: () => onNonsense('it was handed on'),
    onNonsense,
    log: () => undefined,
  });
  opened.push(network);
  await network.open();
  const socket = connect(port, HOST);
  opened.push({ close: () => socket.destroy() });
  const greeting = { clusterId: 'test', from: 1, to: 0, incarnation: 1, version: WIRE_VERSION };
  socket.write(encodeFrame({ kind: 'hello', ...greeting }));
  socket.write(encodeFrame({ kind: 'message', message: 'm' }));
  expect(await first).toBe(
    'n2 sends what no node sends: field "stamp" is missing (an object is needed)',
  );
});
