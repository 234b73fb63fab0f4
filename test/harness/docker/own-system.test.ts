/** A system of a user's own project in containers, by the path of its module. */

import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { buildImage } from '../../../harness/docker/index.ts';
import { readRun } from '../../../harness/store/reader.ts';
import { hasEngine, inventory, scratch } from './machine.ts';
import { expectNothingNew, Ordeal, whyUnjudged } from './ordeal-process.ts';

const EXAMPLE = join(import.meta.dirname, '..', '..', 'examples', 'abd-register.ts');
const MINUTE_MS = 60_000;
const engine = await hasEngine();

/** A project with the example in one folder, and a module that imports it in another. */
function makeProject(root: string): string {
  const library = join(root, 'library');
  const own = join(root, 'own');
  mkdirSync(library);
  mkdirSync(own);
  copyFileSync(EXAMPLE, join(library, 'abd.ts'));
  writeFileSync(join(root, 'package.json'), '{ "name": "mine", "type": "module" }');
  const module = join(own, 'system.ts');
  writeFileSync(module, "export * from '../library/abd.ts';\n");
  return module;
}

function run(module: string, store: string, ...parameters: string[]): Ordeal {
  const common = ['--backend', 'docker', '--nodes', '3', '--seed', '1', '--store', store];
  return new Ordeal(['run', module, ...common, ...parameters]);
}

describe.skipIf(!engine)("a user's own system in containers (needs a Docker Engine)", () => {
  beforeAll(async () => {
    await buildImage(() => undefined);
  }, 5 * MINUTE_MS);

  test(
    'without a leader forms, runs under faults, is valid, and is judged again from its file',
    async () => {
      using project = scratch();
      const before = await inventory([]);
      const store = join(project.path, 'store');
      const module = makeProject(project.path);
      const faults = ['--nemesis', 'pause', '--nemesis-interval', '1', '--time-limit', '3'];
      await using ordeal = run(module, store, ...faults);
      expect(await ordeal.status(), ordeal.stderr).toBe(0);
      await expectNothingNew(before, ordeal);
      const { run: stored, results } = readRun(join(store, 'latest'));
      expect(stored.config).toMatchObject({ system: 'abd-register', modules: [module] });
      expect(results?.checks).toContainEqual(
        expect.objectContaining({ checker: 'linearizable', verdict: { kind: 'valid' } }),
      );
      await using check = new Ordeal(['check', join(store, 'latest')]);
      expect(await check.status(), check.stderr).toBe(0);
    },
    4 * MINUTE_MS,
  );

  test(
    'in a monorepo finds what is hoisted above its own project, packages beside it included',
    async () => {
      using workspace = scratch();
      const root = workspace.path;
      const write = (path: string, text: string) => {
        mkdirSync(dirname(join(root, path)), { recursive: true });
        writeFileSync(join(root, path), text);
      };
      write('package.json', '{ "name": "all", "private": true, "workspaces": ["packages/*"] }');
      write(
        'packages/shared/package.json',
        '{ "name": "shared", "type": "module", "main": "it.ts" }',
      );
      copyFileSync(EXAMPLE, join(root, 'packages', 'shared', 'it.ts'));
      write('node_modules/hoisted/package.json', '{ "name": "hoisted", "main": "it.cjs" }');
      write('node_modules/hoisted/it.cjs', "exports.word = 'hoisted';\n");
      symlinkSync('../packages/shared', join(root, 'node_modules', 'shared'));
      write('packages/mine/package.json', '{ "name": "mine", "type": "module" }');
      const module = join(root, 'packages', 'mine', 'system.ts');
      write(
        'packages/mine/system.ts',
        "import { word } from 'hoisted';\nif (word !== 'hoisted') throw word;\nexport * from 'shared';\n",
      );
      const store = join(root, 'store');
      await using ordeal = run(module, store, '--nemesis', 'none', '--time-limit', '3');
      expect(await ordeal.status(), ordeal.stderr).toBe(0);
    },
    4 * MINUTE_MS,
  );

  test(
    'with a rule of a file replaced in its nodes is found wrong',
    async () => {
      using project = scratch();
      const rules = join(project.path, 'alone.ts');
      const variant = "{ id: 'alone', describe: 'one is enough', kind: 'variant', rules }";
      writeFileSync(
        rules,
        `const rules = () => ({ quorum: () => 1 });\nexport const alone = ${variant};\n`,
      );
      const faults = ['--nemesis', 'partition', '--nemesis-interval', '1', '--time-limit', '4'];
      const store = join(project.path, 'store');
      await using ordeal = run(makeProject(project.path), store, '--rules', rules, ...faults);
      expect(await ordeal.status(), ordeal.stderr).toBe(1);
      const { results } = readRun(join(store, 'latest'));
      expect(results?.verdict).toMatchObject({ kind: 'invalid' });
    },
    4 * MINUTE_MS,
  );

  test(
    'that a node cannot load is told by its file, and by what it lacks there',
    async () => {
      using project = scratch();
      const module = makeProject(project.path);
      writeFileSync(
        module,
        "export * from '../library/abd.ts';\nimport { simulate } from 'ordeal';\nsimulate;\n",
      );
      await using ordeal = run(module, join(project.path, 'store'));
      expect(await ordeal.status(), ordeal.stderr).toBe(3);
      const because = whyUnjudged(join(project.path, 'store'));
      // Whichever stops first is told.
      expect(because).toMatch(/^n\d stopped: /);
      expect(because).toContain(` stopped: ${module} cannot be loaded in a container: `);
      expect(because).toContain("'simulate'");
    },
    4 * MINUTE_MS,
  );
});
