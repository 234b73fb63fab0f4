/** Pages and sources that name a file name one that exists. */

import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, test } from 'vitest';
import { systems } from '../systems/index.ts';
import { PROTOCOL_OPERATIONS } from '../systems/operations.ts';

const NOT_OURS = (path: string) => path === 'node_modules' || path.startsWith('node_modules/');
const FOLDERS = '{checkers,systems,nemesis,workloads,harness,test}';

const pages = [
  ...globSync('*.md', { exclude: NOT_OURS }),
  ...globSync(`${FOLDERS}/**/*.md`, { exclude: NOT_OURS }),
];
const sources = globSync(`${FOLDERS}/**/*.ts`);
const tree = [...pages, ...sources, ...globSync(`${FOLDERS}/**/*.{yaml,js,css,json}`)];

/** What runs and builds write, and what readers have, is no file of ours. */
const OTHERS = ['dist/', 'pnpm-workspace.yaml', 'scenario.yaml', 'summary.md'];
const isOurs = (path: string) => !OTHERS.includes(path) && !path.startsWith('./');

/** Code between backticks that looks like a path of a source or a page, or like a folder. */
function pathsIn(markdown: string): string[] {
  const prose = markdown.replaceAll(/^```[\s\S]*?^```$/gm, '');
  const quoted = [...prose.matchAll(/`([^`\s]+)`/g)].map(([, path = '']) => path);
  const looksLikeOne = /^[\w.*/-]+(\.(ts|md|yaml)|[\w*]\/)$/;
  return quoted.filter((path) => looksLikeOne.test(path) && isOurs(path));
}

/** Targets of links that lead into this repository. */
function linksIn(markdown: string): string[] {
  const found = [...markdown.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)];
  return found.map(([, target = '']) => target).filter((target) => !target.includes('://'));
}

/** Pages that a source names, in its comments or elsewhere. */
function pagesNamedIn(source: string): string[] {
  const found = [...source.matchAll(/(?<![\w./'}-])[\w./-]*[\w-]+\.md\b/g)].map(([path]) => path);
  return found.filter(isOurs);
}

/** From the folder of the page, from the top, or as the end of a path that the page is about. */
function exists(path: string, page: string): boolean {
  const places = [normalize(join(dirname(page), path)), normalize(path)];
  if (places.some((place) => existsSync(place) || globSync(place).length > 0)) return true;
  const isFolder = path.endsWith('/');
  return tree.some((file) => (isFolder ? file.includes(`/${path}`) : file.endsWith(`/${path}`)));
}

describe('what pages and sources name', () => {
  test('there are pages that name files, and sources that name pages', () => {
    expect(pages.length).toBeGreaterThan(10);
    expect(pages.flatMap((page) => pathsIn(readFileSync(page, 'utf8'))).length).toBeGreaterThan(
      100,
    );
    const named = sources.flatMap((file) => pagesNamedIn(readFileSync(file, 'utf8')));
    expect(named.length).toBeGreaterThan(10);
  });

  test.each(pages)('every file that %s names is there', (page) => {
    const missing = pathsIn(readFileSync(page, 'utf8')).filter((path) => !exists(path, page));
    expect(missing).toEqual([]);
  });

  test.each(pages)('every link of %s into the repository leads somewhere', (page) => {
    const broken = linksIn(readFileSync(page, 'utf8')).filter(
      (target) => !existsSync(join(dirname(page), target)),
    );
    expect(broken).toEqual([]);
  });

  test('no source names a page that does not exist', () => {
    const missing = sources.flatMap((file) =>
      pagesNamedIn(readFileSync(file, 'utf8'))
        .filter((path) => !exists(path, file))
        .map((path) => `${file}: ${path}`),
    );
    expect(missing).toEqual([]);
  });
});

/** Sources, but for tests, that match. */
function sourcesWith(pattern: RegExp): string[] {
  const ours = sources.filter((file) => /^(checkers|nemesis|harness)\//.test(file));
  return ours.filter((file) => pattern.test(readFileSync(file, 'utf8')));
}

describe('pages about how to add something', () => {
  const shown = pages.flatMap((page) =>
    [...readFileSync(page, 'utf8').matchAll(/^```ts\n\/\/ (test\/\S+)\n([\s\S]*?)^```$/gm)].map(
      ([, file = '', code = '']) => ({ page, file, code }),
    ),
  );

  test.each(shown)('$page shows $file as it is, which is tested', ({ file, code }) => {
    expect(readFileSync(file, 'utf8')).toContain(code);
    const tests = globSync('test/examples/*.test.ts').map((path) => readFileSync(path, 'utf8'));
    expect(tests.some((text) => text.includes(file.replace('test/examples/', './')))).toBe(true);
  });

  test('show a kind of fault as it stands, in every place that names it', () => {
    const page = readFileSync('nemesis/README.md', 'utf8');
    const blocks = [...page.matchAll(/^```ts\n\/\/ ((?:nemesis|harness)\/\S+)\n([\s\S]*?)^```$/gm)];
    for (const [, file = '', code = ''] of blocks) {
      let rest = readFileSync(file, 'utf8');
      for (const piece of code.split('// ...\n')) {
        const at = rest.indexOf(piece);
        expect(at, `${file} has ${piece}`).not.toBe(-1);
        rest = rest.slice(at + piece.length);
      }
    }
    const shown = blocks.map(([, file]) => file);
    expect(new Set(shown)).toEqual(new Set(sourcesWith(/'clock-freeze'/)));
  });

  test.each([['nemesis/README.md', 'a kind of fault', /'pause'/, 'nemesis/pause.ts']])(
    '%s names every file that knows %s by name',
    (page, _, pattern, apart) => {
      const places = sourcesWith(pattern).filter((file) => file !== apart);
      expect(places.length).toBeGreaterThan(5);
      const named = pathsIn(readFileSync(page, 'utf8')).flatMap((path) => [
        normalize(path),
        normalize(join(dirname(page), path)),
      ]);
      expect(places.filter((file) => !named.includes(file))).toEqual([]);
    },
  );
});

describe('the page about backends', () => {
  test('has the two tables, and no other file but the room of its own knows one by name', () => {
    const places = sourcesWith(/'docker'|\bdockerBackend\b|^ {2}docker: (?!Docker)/m);
    const own = 'harness/docker/index.ts';
    expect(places.sort()).toEqual(['harness/config/backends.ts', own, 'harness/run/backends.ts']);
    expect(sourcesWith(/'sim'/)).toEqual(['harness/config/config.ts']);
  });

  test('names every member that a backend and its cluster have', () => {
    const source = ['harness/core/backend.ts', 'harness/run/backend.ts']
      .map((file) => readFileSync(file, 'utf8'))
      .join('\n');
    const body =
      /^export interface (?:LiveBackend|LiveCluster|Backend|Execution)\b[^{]*\{([\s\S]*?)^\}/gm;
    const members = [...source.matchAll(body)].flatMap(([, inside = '']) =>
      [...inside.matchAll(/^ {2}(?:readonly )?(\w+)[(:]/gm)].map(([, member = '']) => member),
    );
    expect(members.length).toBeGreaterThan(10);
    const page = readFileSync('harness/BACKENDS.md', 'utf8');
    expect(members.filter((member) => !page.includes(`\`${member}\``))).toEqual([]);
  });
});

describe('the page of a system', () => {
  test.each(Object.values(systems))(
    'says of $name that it serves all operations if it does',
    (system) => {
      const page = readFileSync(`systems/${system.name}/README.md`, 'utf8');
      const claimsAll = page.includes('It serves every operation of the vocabulary');
      expect(claimsAll).toBe(system.operations.length === PROTOCOL_OPERATIONS.length);
    },
  );
});

describe('the rules themselves', () => {
  test('catch a file, a link and a page that are missing', () => {
    expect(pathsIn('see `harness/gone.ts`, `x.y`, and `nemesis/`')).toEqual([
      'harness/gone.ts',
      'nemesis/',
    ]);
    expect(exists('harness/gone.ts', 'README.md')).toBe(false);
    expect(exists('gone/', 'README.md')).toBe(false);
    expect(exists('plan.ts', 'ARCHITECTURE.md')).toBe(true);
    expect(linksIn('[a](gone#part), [b](https://example.org)')).toEqual(['gone']);
    expect(pagesNamedIn(`/** As GONE.${'md'} says. */`)).toEqual([`GONE.${'md'}`]);
  });
});
