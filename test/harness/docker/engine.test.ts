/** What a user is told where no Docker Engine can be reached. */

import { afterEach, describe, expect, test } from 'vitest';
import { connectEngine } from '../../../harness/docker/engine.ts';
import { dockerBackend, probeDocker } from '../../../harness/docker/index.ts';

describe('without an engine', () => {
  const set = process.env['DOCKER_HOST'];

  afterEach(() => {
    if (set === undefined) delete process.env['DOCKER_HOST'];
    else process.env['DOCKER_HOST'] = set;
  });

  test('what is missing and how to get it is one clear line', async () => {
    process.env['DOCKER_HOST'] = 'unix:///nowhere/docker.sock';
    const oneLine =
      /^Docker Engine does not answer at unix:\/\/\/nowhere\/docker\.sock: .*ordeal doctor\)$/;
    await expect(connectEngine()).rejects.toThrow(oneLine);
    await expect(dockerBackend.prepare()).rejects.toThrow(oneLine);
    const [line] = await probeDocker();
    expect(line).toMatchObject({ name: 'docker engine', ok: false });
    expect(line?.fix).not.toBe('');
  });

  test('a DOCKER_HOST that is no socket is named, with what is expected', async () => {
    process.env['DOCKER_HOST'] = '/nonexistent';
    await expect(connectEngine()).rejects.toThrow(
      /^DOCKER_HOST is "\/nonexistent", which is no socket: unix:\/\/.* is expected/,
    );
  });
});
