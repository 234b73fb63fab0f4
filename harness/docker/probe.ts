/** What the containers of this machine can do, for `ordeal doctor`: tried out, not guessed. */

import { randomBytes } from 'node:crypto';
import { existsSync, statfsSync } from 'node:fs';
import type Docker from 'dockerode';
import { itemAt } from '../../checkers/item-at.ts';
import type { Address } from '../host/config.ts';
import { sidecarTalk } from '../host/sidecar-talk.ts';
import { hasBase } from './base-image.ts';
import { ControlClient } from './control-client.ts';
import { connectEngine, reason } from './engine.ts';
import { requireImage } from './image.ts';
import type { Image } from './image-build.ts';
import { removeRun } from './leftovers.ts';
import { createNetwork } from './network.ts';
import { sidecarProgram } from './node-container.ts';
import { thisProcess, toLabels } from './owner.ts';
import { PORT } from './ports.ts';

/** One ability of the machine; `fix` says what to do where `ok` is false. */
export interface ProbeLine {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
  readonly fix: string;
}

const REACHABLE_MS_MAX = 10_000;
const ANSWER_TIMEOUT_MS = 500;
const POLL_MS = 50;
const FREE_BYTES_MIN = 2 * 1024 ** 3;
const IMAGE_FIX = 'run: npx ordeal image build';

/** Never throws. Makes and removes one container, if there is an engine and an image. */
export async function probeDocker(): Promise<ProbeLine[]> {
  const lines: ProbeLine[] = [];
  let docker: Docker;
  try {
    const engine = await connectEngine();
    docker = engine.docker;
    const detail = `Engine ${engine.version}, API ${engine.apiVersion}, kernel ${engine.kernel}`;
    lines.push(good('docker engine', detail));
  } catch (error) {
    const fix = 'apt-get install docker.io, then start dockerd; or set DOCKER_HOST';
    return [bad('docker engine', reason(error), fix), diskSpace(), loopDevices()];
  }
  let image: Image | null = null;
  try {
    if (await hasBase(docker)) image = await requireImage(docker, () => undefined);
  } catch (error) {
    lines.push(bad('image', reason(error), IMAGE_FIX));
  }
  if (image === null) {
    lines.push(bad('image', 'none has been built', IMAGE_FIX));
  } else {
    lines.push(good('image', image.tag));
    lines.push(...(await probeContainer(docker, image)));
  }
  lines.push(diskSpace(), loopDevices());
  return lines;
}

async function probeContainer(docker: Docker, image: Image): Promise<ProbeLine[]> {
  const owner = thisProcess(`ordeal-doctor-${process.pid}`);
  try {
    const network = await createNetwork(docker, owner, owner.runId, 1);
    const token = randomBytes(24).toString('base64url');
    const address = itemAt(network.addresses, 0);
    const container = await docker.createContainer({
      Image: image.id,
      Labels: toLabels(owner),
      ...sidecarProgram(token),
      HostConfig: { NetworkMode: network.name, CapDrop: ['ALL'], CapAdd: ['NET_ADMIN'] },
      NetworkingConfig: {
        EndpointsConfig: { [network.name]: { IPAMConfig: { IPv4Address: address } } },
      },
    });
    await container.start();
    const firewall = await execute(docker, container, ['iptables', '-w', '-N', 'DOCTOR']);
    const netem = await execute(docker, container, netemCommand());
    return [
      verdict('firewall in a container', firewall, 'the kernel needs nf_tables or ip_tables'),
      await probeAddress({ host: address, port: PORT.sidecar }, token),
      verdict('netem in a container', netem, NETEM_FIX),
      await probePause(container),
    ];
  } catch (error) {
    return [bad('containers', reason(error), 'see: docker info; journalctl -u docker')];
  } finally {
    await removeRun(docker, owner.runId).catch(() => undefined);
  }
}

/** Whether a container's own address can be reached, which clients and faults rely on. */
async function probeAddress(address: Address, token: string): Promise<ProbeLine> {
  const name = 'container addresses';
  let nonsense: string | null = null;
  const onNonsense = (what: string) => {
    nonsense = what;
  };
  const control = new ControlClient({ address, token, talk: sidecarTalk, onNonsense });
  const deadlineMs = performance.now() + REACHABLE_MS_MAX;
  try {
    for (;;) {
      try {
        await control.ask({ kind: 'heard', mark: '' }, ANSWER_TIMEOUT_MS);
        return good(name, `${address.host} answers`);
      } catch (error) {
        if (performance.now() > deadlineMs) {
          return bad(name, `${address.host}: ${nonsense ?? reason(error)}`, ADDRESS_FIX);
        }
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      }
    }
  } finally {
    control.close();
  }
}

const ADDRESS_FIX =
  'the engine must run on this machine, not in a virtual machine or behind DOCKER_HOST';

const NETEM_FIX =
  'kernel module sch_netem and tc (iproute2) are needed; no nemesis of today uses them';

function netemCommand(): string[] {
  return [
    'sh',
    '-c',
    'command -v tc >/dev/null || { echo no tc in the image; exit 1; }; tc qdisc add dev lo root netem delay 1ms',
  ];
}

async function probePause(container: Docker.Container): Promise<ProbeLine> {
  try {
    await container.pause();
    const { State: state } = await container.inspect();
    await container.unpause();
    return verdict('pause', { ok: state.Paused, output: 'cgroup freezer' }, PAUSE_FIX);
  } catch (error) {
    return bad('pause', reason(error), PAUSE_FIX);
  }
}

const PAUSE_FIX = 'the engine needs the cgroup freezer';

interface Executed {
  readonly ok: boolean;
  readonly output: string;
}

async function execute(
  docker: Docker,
  container: Docker.Container,
  command: string[],
): Promise<Executed> {
  const exec = await container.exec({ Cmd: command, AttachStdout: true, AttachStderr: true });
  const stream = await exec.start({});
  let output = '';
  const sink = { write: (chunk: Buffer) => (output += chunk.toString()) };
  docker.modem.demuxStream(stream, sink as never, sink as never);
  await new Promise((resolve) => stream.on('end', resolve));
  const { ExitCode: status } = await exec.inspect();
  return { ok: status === 0, output: output.replaceAll(/\s+/g, ' ').trim() };
}

function diskSpace(): ProbeLine {
  const { bavail, bsize } = statfsSync(existsSync('/var/lib/docker') ? '/var/lib/docker' : '/');
  const free = bavail * bsize;
  const detail = `${(free / 1024 ** 3).toFixed(1)} GiB free`;
  if (free >= FREE_BYTES_MIN) return good('disk space', detail);
  return bad('disk space', detail, 'free at least 2 GiB (docker image prune)');
}

function loopDevices(): ProbeLine {
  if (existsSync('/dev/loop-control')) return good('loop devices', '/dev/loop-control');
  const fix = 'modprobe loop (for power-loss faults, which no nemesis of today uses)';
  return bad('loop devices', 'no /dev/loop-control', fix);
}

function verdict(name: string, { ok, output }: Executed, fix: string): ProbeLine {
  return ok ? good(name, output === '' ? 'works' : output) : bad(name, output, fix);
}

function good(name: string, detail: string): ProbeLine {
  return { name, ok: true, detail, fix: '' };
}

function bad(name: string, detail: string, fix: string): ProbeLine {
  return { name, ok: false, detail, fix };
}
