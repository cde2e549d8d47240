/** The programs of docs/provider.md, each against a stand-in of its provider's command line. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const programs = new Map(
  readFileSync('docs/provider.md', 'utf8')
    .split('\n## ')
    .flatMap((section) => {
      const program = /```sh\n(#!\/bin\/sh[\s\S]*?)```/.exec(section)?.[1];
      return program === undefined ? [] : [[section.split('\n')[0]!, program] as const];
    }),
);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'foreshock-provider-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/**
 * Runs a program with its verb.
 *
 * @param tool the provider's command line, as a shell script that says and ends as it would
 * @returns how it ended, and what it called
 */
function asked(of: string, verb: string, tool: { readonly name: string; readonly script: string }, id = '') {
  const file = join(folder, 'power');
  const log = join(folder, 'calls');
  writeFileSync(file, programs.get(of)!);
  writeFileSync(log, '');
  mkdirSync(join(folder, 'bin'), { recursive: true });
  const stand = join(folder, 'bin', tool.name);
  writeFileSync(stand, `#!/bin/sh\necho "${tool.name} $*" >> '${log}'\n${tool.script}\n`);
  for (const each of [file, stand]) chmodSync(each, 0o755);
  const env = {
    PATH: `${join(folder, 'bin')}:${process.env.PATH}`,
    FORESHOCK_NODE: 'node-2',
    FORESHOCK_PROVIDER_ID: id,
  };
  const { status, stdout } = spawnSync(file, [verb, '--node', 'node-2'], { env, encoding: 'utf8' });
  return { status, stdout, calls: readFileSync(log, 'utf8').trim().split('\n') };
}

interface Example {
  readonly tool: string;
  readonly id: string;
  /** What the stand-in says where the machine is off, or on. */
  readonly off: string;
  readonly on: string;
  readonly loss: readonly string[];
  readonly back: readonly string[];
}

const AZURE =
  'https://management.azure.com/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachineScaleSets/aks/virtualMachines/0';
const GCE = '--project shop --zone europe-west1-b --quiet';

const EXAMPLES: Readonly<Record<string, Example>> = {
  'Amazon EC2': {
    ...{ tool: 'aws', id: 'aws:///us-east-1a/i-0123456789abcdef0', off: '', on: '' },
    loss: [
      'aws ec2 stop-instances --skip-os-shutdown --instance-ids i-0123456789abcdef0',
      'aws ec2 wait instance-stopped --instance-ids i-0123456789abcdef0',
    ],
    back: ['aws ec2 start-instances --instance-ids i-0123456789abcdef0'],
  },
  'Google Compute Engine': {
    ...{ tool: 'gcloud', id: 'gce://shop/europe-west1-b/node-2' },
    off: 'echo TERMINATED',
    // It runs until it is told to switch off.
    on: `case $2 in ssh) touch "$0.off"; exit 255 ;; esac; [ -e "$0.off" ] && echo TERMINATED || echo RUNNING`,
    loss: [
      `gcloud compute instances describe node-2 --format value(status) ${GCE}`,
      `gcloud compute ssh node-2 --command echo o | sudo tee /proc/sysrq-trigger ${GCE}`,
      `gcloud compute instances describe node-2 --format value(status) ${GCE}`,
    ],
    back: [`gcloud compute instances start node-2 ${GCE}`],
  },
  'Microsoft Azure': {
    ...{ tool: 'az', id: AZURE.replace('https://management.azure.com', 'azure://') },
    off: 'echo PowerState/stopped',
    on: 'echo PowerState/stopped',
    loss: [
      `az rest --method post --url ${AZURE}/powerOff?skipShutdown=true&api-version=2024-07-01`,
      `az rest --method get --url ${AZURE}/instanceView?api-version=2024-07-01 --query statuses[].code --output tsv`,
    ],
    back: [`az rest --method post --url ${AZURE}/start?api-version=2024-07-01`],
  },
  libvirt: {
    ...{ tool: 'virsh', id: '' },
    off: "echo 'shut off'",
    on: 'echo running',
    loss: ['virsh domstate node-2', 'virsh destroy node-2'],
    back: ['virsh domstate node-2', 'virsh start node-2'],
  },
};

test('there is one for each provider that the page is about', () => {
  expect([...programs.keys()].toSorted()).toEqual(Object.keys(EXAMPLES).toSorted());
});

describe.each(Object.entries(EXAMPLES))('%s', (name, { tool, id, off, on, loss, back }) => {
  test('cuts the power of this machine, and says nothing that could be taken for a time', () => {
    const { status, stdout, calls } = asked(name, 'node-loss', { name: tool, script: on }, id);
    expect([status, stdout]).toEqual([0, '']);
    expect(calls).toEqual(loss);
  });

  test('gives it back', () => {
    const { status, calls } = asked(name, 'node-return', { name: tool, script: off }, id);
    expect(status).toBe(0);
    expect(calls).toEqual(back);
  });

  test('does either where it is so already', () => {
    expect(asked(name, 'node-loss', { name: tool, script: off }, id).status).toBe(0);
    expect(asked(name, 'node-return', { name: tool, script: name === 'libvirt' ? on : off }, id).status).toBe(
      0,
    );
  });

  test('fails where its provider refuses, and at what it does not know', () => {
    expect(asked(name, 'node-return', { name: tool, script: 'exit 3' }, id).status).not.toBe(0);
    expect(asked(name, 'registry-down', { name: tool, script: on }, id).status).toBe(1);
  });
});

test('libvirt also pulls all cables of the machine', () => {
  const script = `case $1 in domiflist) printf ' Interface   Type\\n-----\\n vnet0   network\\n vnet1   bridge\\n\\n' ;; esac`;
  for (const [verb, state] of [
    ['node-partition', 'down'],
    ['node-rejoin', 'up'],
  ] as const) {
    const { status, calls } = asked('libvirt', verb, { name: 'virsh', script });
    expect(status).toBe(0);
    expect(calls).toEqual([
      'virsh domiflist node-2',
      `virsh domif-setlink node-2 vnet0 ${state}`,
      `virsh domif-setlink node-2 vnet1 ${state}`,
    ]);
  }
});
