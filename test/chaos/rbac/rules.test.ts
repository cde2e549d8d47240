import fc from 'fast-check';
import { expect, test } from 'vitest';
import { accountDocuments } from '../../../src/chaos/rbac/account.ts';
import { purposesOf } from '../../../src/chaos/rbac/rules.ts';
import { leastOf, type Wanted } from '../../../src/chaos/safety/rights.ts';
import { covers, granted } from '../cluster/kubernetes/authorizer.ts';
import { shortScenario } from '../scenario.ts';

const right = (options: Partial<Wanted> = {}): Wanted => ({
  ...{ verb: 'get', group: 'apps', resource: 'deployments', namespace: 'shop', name: 'web', to: 'to see' },
  ...options,
});

test('verbs on the same objects, and objects with the same verbs, are one rule', () => {
  const wanted = ['web', 'api'].flatMap((name) => ['patch', 'get'].map((verb) => right({ verb, name })));
  const [purpose, ...others] = purposesOf([...wanted, right({ verb: 'get', name: 'job' })]);
  expect(others).toEqual([]);
  expect(purpose?.rules).toEqual([
    {
      apiGroups: ['apps'],
      resources: ['deployments'],
      resourceNames: ['api', 'web'],
      verbs: ['get', 'patch'],
    },
    { apiGroups: ['apps'], resources: ['deployments'], resourceNames: ['job'], verbs: ['get'] },
  ]);
});

test('what is wanted of any object is never put with what is wanted of one', () => {
  const [purpose] = purposesOf([right({ resource: 'pods', name: undefined }), right({ resource: 'pods' })]);
  expect(purpose?.rules.map(({ resourceNames }) => resourceNames)).toEqual([undefined, ['web']]);
});

test('what a run can do without comes last, with what is lost', () => {
  const purposes = purposesOf([right({ to: 'to tell', without: 'nothing is told' }), right()]);
  expect(purposes.map(({ to, without }) => [to, without])).toEqual([
    ['to see', undefined],
    ['to tell', 'nothing is told'],
  ]);
});

test('the Roles grant all that is wanted, and nothing else, whatever it is', () => {
  const anyRight: fc.Arbitrary<Wanted> = fc.record({
    verb: fc.constantFrom('get', 'list', 'watch', 'create', 'update', 'patch', 'delete'),
    group: fc.constantFrom('', 'apps'),
    resource: fc.constantFrom('pods', 'deployments', 'deployments/scale'),
    namespace: fc.constantFrom('shop', 'bank', undefined),
    name: fc.constantFrom('web', 'api', undefined),
    to: fc.constantFrom('to see', 'to cause'),
  });
  const account = { name: 'foreshock', namespace: 'chaos' };
  fc.assert(
    fc.property(fc.array(anyRight, { maxLength: 30 }), (wanted) => {
      const grants = granted(accountDocuments(account, shortScenario([]), wanted).join('---\n'));
      expect(wanted.filter((one) => !grants.some((grant) => covers(grant, one)))).toEqual([]);
      expect(grants.filter((grant) => !wanted.some((one) => covers(one, grant)))).toEqual([]);
      expect(grants).toHaveLength(leastOf(wanted).length);
    }),
  );
});
