import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { EXIT, UserError } from '../../src/scenario/errors.ts';
import type { DryRun } from '../../src/timeline/dry-run.ts';
import { expectGolden } from '../report/golden.ts';
import { foreshock } from './command.ts';

const SCENARIO = 'scenarios/nginx-x2.yaml';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'foreshock-dry-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const found: DryRun = {
  schema: 'foreshock.dry-run/v1',
  foreshock: '0.1.0',
  scenario: 'shop',
  seed: '1',
  trials: 3,
  cluster: {
    kind: 'kubernetes',
    where: 'kubernetes v1.35.4, 3 nodes',
    context: 'staging',
    server: 'https://192.0.2.1:6443',
  },
  load: {
    service: 'shop',
    namespace: 'shop',
    rate_per_s: 200,
    duration_ms: 30_000,
    route: 'NodePort 30080 of node-1, 192.0.2.1',
  },
  rights: {
    missing: [
      {
        verb: 'delete',
        resource: 'pods',
        group: '',
        namespace: 'shop',
        to: 'to cause pod-kill, and to undo it',
      },
    ],
    roles: ['a Role with these rules allows it: {apiGroups: [""], resources: ["pods"], verbs: ["delete"]}'],
  },
  objects: [
    { kind: 'Deployment', namespace: 'shop', name: 'shop', state: 'there' },
    { kind: 'Service', namespace: 'shop', name: 'shop', state: 'absent' },
    { kind: 'Gauge', namespace: 'shop', name: 'shop', state: 'unknown', why: 'there is no kind Gauge' },
  ],
  left: ['node-loss of node-3 would be undone first'],
  missing: [],
  acts: [
    {
      ...{ fault: 'pod-kill', index: 0, repetition: 0, at_ms: 5000 },
      undo: 'none: its controller creates another',
      blast_radius: '1 of 3 ready pods of Deployment shop/shop',
      targets: [
        {
          ...{ kind: 'Pod', namespace: 'shop', name: 'shop-6d4cf56db6-x7k2p', node: 'node-2', zone: 'b' },
          uid: '2b1c7c1e-0d0f-4a55-9f43-3f7f1a0d1c11',
        },
      ],
    },
    {
      ...{ fault: 'node-drain', index: 1, repetition: 0, at_ms: 9500, undone_at_ms: 'end' },
      undo: 'by foreshock; if it were killed, by its next run',
      blast_radius: '1 of 2 nodes that run Deployment shop/shop, with all that they run',
      unnamed: 'by then the pod-kill at 5 s has changed which pods there are',
    },
  ],
  obstacles: [],
};

const dry = (command: string, result: DryRun, ...more: string[]) =>
  foreshock([command, SCENARIO, '--dry-run', '--out', folder, ...more], { dryRun: async () => result });

test('prints the plan, writes it down, and ends with ok though rights are missing', async () => {
  const { code, stdout } = await dry('chaos', found);
  expect(code).toBe(EXIT.ok);
  expectGolden('cli/dry-run.txt', stdout.replaceAll(folder, 'OUT'));
  expect(JSON.parse(readFileSync(join(folder, 'dry-run.json'), 'utf8'))).toEqual(found);
});

test('ends with configuration where the run would be refused, and says why', async () => {
  const obstacles = [{ message: 'no way from here', hint: 'run it elsewhere' }];
  const { code, stdout } = await dry('verify', { ...found, obstacles });
  expect(code).toBe(EXIT.configuration);
  expect(stdout).toMatch(/^DRY RUN shop: 1 obstacle; nothing was changed\n/);
  expect(stdout).toContain('  - no way from here\n      run it elsewhere\n');
});

test('names of a cluster cannot steer the terminal', async () => {
  const objects = [{ ...found.objects[0]!, name: 'shop\u001b[2J\n\u0007' }];
  const { stdout } = await dry('chaos', { ...found, objects });
  expect(stdout).toContain('Deployment shop/shop is there');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
  expect(stdout).not.toMatch(/[\u001b\u0007]/);
});

test('leaves the results of an earlier run where they are, and needs no terminal and no yes', async () => {
  writeFileSync(join(folder, 'measurement.json'), '{}');
  const { code } = await dry('chaos', found, '--cluster', 'kubernetes');
  expect(code).toBe(EXIT.ok);
  expect(readFileSync(join(folder, 'measurement.json'), 'utf8')).toBe('{}');
});

test('a cluster that does not answer ends it as it would end the run', async () => {
  const { code, stderr } = await foreshock(['chaos', SCENARIO, '--dry-run', '--out', folder], {
    dryRun: async () => {
      throw new UserError('the API server cannot be reached', { exitCode: EXIT.configuration });
    },
  });
  expect(code).toBe(EXIT.configuration);
  expect(stderr).toContain('the API server cannot be reached');
  expect(existsSync(join(folder, 'dry-run.json'))).toBe(false);
});

test('of the embedded cluster says what would be created', async () => {
  const { arms } = await import('../../src/cli/real-arms.ts');
  const { code, stdout } = await foreshock(['chaos', SCENARIO, '--dry-run', '--out', folder], arms);
  expect(code).toBe(EXIT.ok);
  expect(stdout).toContain('Deployment default/nginx would be created, and removed at the end');
  expect(stdout).toContain('not known yet: Deployment default/nginx is not in the cluster yet');
});
