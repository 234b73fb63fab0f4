/** Where modules of a user's own lie in a container: mounted, with what they may import beside them. */

import { existsSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { entryOf } from '../../checkers/item-at.ts';
import { REPOSITORY } from '../own/code.ts';
import { IMAGE_ROOT } from './image.ts';

export class ModuleMounts {
  /** What is mounted, by path here, and where in the container: directories or single files. */
  readonly targets: ReadonlyMap<string, string>;

  constructor(files: readonly string[]) {
    const sources = new Set(files.map(sourceOf));
    this.targets = new Map(
      [...sources].map((source, i) => {
        const place = isOurs(source) ? relative(REPOSITORY, source) : `user/${i}`;
        return [source, `${IMAGE_ROOT}/${place}`];
      }),
    );
  }

  /** The path in the container of one of the files. */
  inside(file: string): string {
    const source = sourceOf(file);
    return join(entryOf(this.targets, source), relative(source, file));
  }

  /** What a container says of its files, with the paths that they have here. */
  outside(text: string): string {
    let told = text;
    for (const [source, target] of this.targets) told = told.replaceAll(target, source);
    return told;
  }
}

/**
 * The folder of the user's project, as `package.json` shows, so that a module finds all that it
 * imports in it; the module's own folder where there is no project. One from within the repository
 * keeps its place, so that relative imports of protocol files still lead there: of the repository
 * the image has the sources, which do not change while the run goes on, and only the module's folder
 * is put over them, or at the root the module alone.
 */
function sourceOf(file: string): string {
  const folder = dirname(file);
  if (isOurs(file)) return folder === REPOSITORY ? file : folder;
  const projects = foldersAbove(folder).filter((at) => existsSync(join(at, 'package.json')));
  const [own = folder, ...around] = projects;
  return around.findLast(holdsPackages) ?? own;
}

/** The folder and those around it, but for the root of all. */
function foldersAbove(folder: string): string[] {
  const up = dirname(folder);
  return up === folder ? [] : [folder, ...foldersAbove(up)];
}

/** Whether packages of projects within this one lie here: those of a monorepo, which links them. */
function holdsPackages(project: string): boolean {
  const holds = ['node_modules', 'pnpm-workspace.yaml'];
  return holds.some((name) => existsSync(join(project, name)));
}

function isOurs(path: string): boolean {
  return !relative(REPOSITORY, path).startsWith('..');
}
