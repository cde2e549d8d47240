import { describe, expect, it } from 'vitest';
import { ExitCode } from '../../testbed/failure.ts';
import { currentInstance, instanceNamed, isNamespaceOf, nodeNamespace } from '../../testbed/instance.ts';

describe('instances', () => {
  it('is the default one unless FORESHOCK_TESTBED names another', () => {
    expect(currentInstance({}).labNamespace).toBe('foreshock-lab');
    expect(currentInstance({ FORESHOCK_TESTBED: 'ci' }).labNamespace).toBe('foreshock-ci-lab');
  });

  it('tells its namespaces from those of every other instance', () => {
    const names = ['default', 'ci', 'ci-2', 'node-1', 'lab'];
    for (const own of names.map(instanceNamed)) {
      for (const other of names.map(instanceNamed)) {
        expect(isNamespaceOf(own, other.labNamespace)).toBe(own.name === other.name);
        expect(isNamespaceOf(own, nodeNamespace(other, 'node-1'))).toBe(own.name === other.name);
      }
    }
  });

  it.each(['', 'default'])('takes %j for the default', (name) => {
    expect(currentInstance({ FORESHOCK_TESTBED: name }).name).toBe('default');
  });

  it.each(['../etc', 'a b', 'Name', '-a', 'a'.repeat(33)])('refuses the name %j', (name) => {
    expect(() => instanceNamed(name)).toThrow(expect.objectContaining({ exitCode: ExitCode.usage }));
  });
});
