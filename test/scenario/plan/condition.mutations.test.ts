/** Conditions with one mistake each, and what is said about it. */
import { describe } from 'vitest';
import type { Files } from '../files.ts';
import { changed, type Mutation, testMutations } from '../mutation.ts';
import { PLAN, planErrorOf, planFilesWith } from './files.ts';

const up = (condition: string): Files => ({
  'plan.yaml': changed(PLAN, '{at_least: 2, of: web}', condition),
});

const MUTATIONS: readonly Mutation[] = [
  {
    name: 'an empty condition',
    files: up('{}'),
    says: 'plan.yaml:20:9: the condition is about nothing; expected exactly one of `of`, `all` and `any`',
  },
  {
    name: 'a list where a condition belongs',
    files: up('[web]'),
    says: 'plan.yaml:20:9: `services.shop.up` cannot be a list; expected a name of units, or a condition such as {at_least: 2, of: web}',
  },
  {
    name: 'a number where a condition belongs',
    files: up('2'),
    says: 'plan.yaml:20:9: `services.shop.up` cannot be 2; expected a name of units, or a condition such as {at_least: 2, of: web}',
  },
  {
    name: 'a misspelt name',
    files: up('wbe'),
    says: 'plan.yaml:20:9: there is no unit or workload `wbe`; expected one of zone, node, switch, web',
    hint: 'did you mean `web`?',
  },
  {
    name: 'a crew that is to be up',
    files: up('staff'),
    says: 'plan.yaml:20:9: `staff` is a crew, not a unit or workload; expected one of zone, node, switch, web',
  },
  {
    name: 'a misspelt name under `of`',
    files: up('{at_least: 1, of: wbe}'),
    says: 'plan.yaml:20:27: there is no unit or workload `wbe`; expected one of zone, node, switch, web',
    hint: 'did you mean `web`?',
  },
  {
    name: 'more than there ever are',
    files: up('{at_least: 4, of: web}'),
    says: 'plan.yaml:20:20: the condition can never hold: it asks for at least 4, and there are 3 of web; expected at most 3',
  },
  {
    name: 'at least none',
    files: up('{at_least: 0, of: web}'),
    says: 'plan.yaml:20:20: `services.shop.up.at_least` cannot be 0; expected a whole number above 0, or a percentage of what there is such as 75%',
  },
  {
    name: 'more than all',
    files: up('{at_least: 150%, of: web}'),
    says: 'plan.yaml:20:20: `services.shop.up.at_least` cannot be "150%"; expected a whole number above 0, or a percentage of what there is such as 75%',
  },
  {
    name: 'a number in words',
    files: up('{at_least: most, of: web}'),
    says: 'plan.yaml:20:20: `services.shop.up.at_least` cannot be "most"; expected a whole number above 0, or a percentage of what there is such as 75%',
  },
  {
    name: 'two forms at once',
    files: up('{of: web, all: [web]}'),
    says: 'plan.yaml:20:9: of and all stand side by side; expected exactly one of `of`, `all` and `any`',
  },
  {
    name: 'a number beside `all`',
    files: up('{at_least: 1, all: [web, switch]}'),
    says: 'plan.yaml:20:10: `at_least` cannot be said of a list of conditions under `all`',
    hint: 'put the conditions under `of`',
  },
  {
    name: 'any of nothing',
    files: up('{any: []}'),
    says: 'plan.yaml:20:15: `services.shop.up.any` is empty; expected at least 1 item',
  },
  {
    name: 'names beside conditions',
    files: up('{at_least: 1, of: [web, {of: switch}]}'),
    says: 'plan.yaml:20:27: names of units stand beside conditions: it is not clear what is counted; expected names alone, whose units are counted together, or',
  },
  {
    name: 'more conditions than there are',
    files: up('{at_least: 3, of: [{of: web}, {of: switch}]}'),
    says: 'plan.yaml:20:20: the condition can never hold: it asks for at least 3, and there are 2 conditions; expected at most 2',
  },
  {
    name: 'a condition that is not in a list',
    files: up('{at_least: 3, of: {of: web}}'),
    says: 'plan.yaml:20:27: `services.shop.up.of` cannot be a mapping; expected a name of units, a list of names, or a list of conditions',
  },
  {
    name: 'a name twice',
    files: up('{at_least: 1, of: [web, web]}'),
    says: 'plan.yaml:20:33: `web` is named twice',
  },
  {
    name: 'a `where` over what is not within',
    files: up('{of: zone, where: {at_least: 1, of: switch}}'),
    says: 'plan.yaml:20:45: `switch` is not within `zone`, so `where` cannot ask for it; expected one of node',
  },
  {
    name: 'more within than there ever are',
    files: up('{of: zone, where: {at_least: 3, of: node}}'),
    says: 'plan.yaml:20:38: the condition can never hold: it asks for at least 3, and there are 2 of node; expected at most 2',
  },
  {
    name: 'a `where` of several kinds',
    files: up('{at_least: 1, of: [zone, switch], where: {of: node}}'),
    says: 'plan.yaml:20:43: `where` is said of several kinds at once; expected `of` with one name',
  },
  {
    name: 'a misspelt name in `where`',
    files: up('{of: zone, where: nod}'),
    says: 'plan.yaml:20:27: there is no unit or workload `nod`; expected one of zone, node, switch, web',
    hint: 'did you mean `node`?',
  },
  {
    name: 'a `where` over what it is within',
    files: up('{of: node, where: zone}'),
    says: 'plan.yaml:20:27: `zone` is not within `node`, so `where` cannot ask for it; expected units within node; there are none',
  },
  {
    name: 'connected within one unit',
    files: up('{of: zone, where: {of: node, connected: true}}'),
    says: 'plan.yaml:20:49: `connected` cannot be said of what is within one zone',
    hint: 'say it outside of `where`',
  },
  {
    name: 'connected without links',
    files: up('{at_least: 2, of: zone, connected: true}'),
    says: 'plan.yaml:20:20: the condition can never hold: it asks for at least 2, and at most 1 of zone are connected; expected at most 1',
  },
  {
    name: 'a longer row than there are',
    files: up('{of: node, no_row_of: 7}'),
    says: 'plan.yaml:20:31: there are only 6 of node in a line, so the condition always holds; expected at most 6',
  },
  {
    name: 'a row and a number',
    files: up('{of: node, no_row_of: 2, at_least: 3}'),
    says: 'plan.yaml:20:34: `at_least` cannot be said beside `no_row_of`',
  },
  {
    name: 'a row of two kinds',
    files: up('{of: [node, switch], no_row_of: 2}'),
    says: 'plan.yaml:20:21: several kinds do not stand in one line; expected one name',
  },
  {
    name: 'a row of replicas',
    files: up('{of: web, no_row_of: 2}'),
    says: 'plan.yaml:20:14: `web` is a workload, not a unit; expected one of zone, node, switch',
  },
  {
    name: 'a misspelt field',
    files: up('{atleast: 2, of: web}'),
    says: 'plan.yaml:20:10: unknown field `atleast` in `services.shop.up`; expected one of at_least, of, connected, where, no_row_of, all, any',
    hint: 'did you mean `at_least`?',
  },
  {
    name: 'an unknown field deep down',
    files: up('{all: [{any: [{of: web, at_most: 3}]}]}'),
    says: 'plan.yaml:20:33: unknown field `at_most` in `services.shop.up.all[0].any[0]`; expected one of at_least, of, connected, where, no_row_of, all, any',
  },
  {
    name: 'a wrong number deep down',
    files: up('{all: [{any: [{of: web, at_least: 0}]}]}'),
    says: 'plan.yaml:20:43: `services.shop.up.all[0].any[0].at_least` cannot be 0; expected a whole number above 0, or a percentage of what there is such as 75%',
  },
  {
    name: 'of nothing',
    files: up('{of: []}'),
    says: 'plan.yaml:20:14: `services.shop.up.of` is empty; expected at least 1 item',
  },
];

describe('one mistake of a condition brings one problem, at its place', () =>
  testMutations(MUTATIONS, (files) => planErrorOf(planFilesWith(files))));
