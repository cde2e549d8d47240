import { describe, expect, it } from 'vitest';
import { step } from '../../../src/sim/cause.ts';
import { Link } from '../../../src/sim/kubernetes/link.ts';
import { Store } from '../../../src/sim/kubernetes/store.ts';
import { environment } from './environment.ts';

interface Thing {
  readonly name: string;
  readonly value: number;
}

const CAUSE = step(undefined, 'test', 0);

function setUp() {
  const { environment: env } = environment();
  const store = new Store<Thing>(env);
  const writer = new Link(env);
  const watcher = new Link(env);
  const seen: string[] = [];
  const causes: ReturnType<typeof step>[] = [];
  store.watch(watcher, ({ name, value }, gone, cause) => {
    seen.push(gone ? `${name} gone` : `${name}=${value}`);
    causes.push(cause);
  });
  const put = (name: string, value: number) => store.write(writer, name, CAUSE, () => ({ name, value }));
  const remove = (name: string) => store.write(writer, name, CAUSE, () => 'removed');
  return { env, store, writer, watcher, seen, causes, put, remove };
}

describe('Store', () => {
  it('tells watchers of every change, in order', () => {
    const { env, seen, put, remove } = setUp();
    put('a', 1);
    put('a', 2);
    put('b', 1);
    remove('a');
    remove('a');
    env.simulation.runUntil(1000);
    expect(seen).toEqual(['a=1', 'a=2', 'b=1', 'a gone']);
  });

  it('lists only what is the latest to a watcher that was cut off, and what went meanwhile', () => {
    const { env, seen, watcher, causes, put, remove } = setUp();
    put('a', 0);
    env.simulation.runUntil(1000);
    watcher.cut('test', 'refusal');
    put('a', 1);
    put('b', 1);
    put('b', 2);
    put('c', 1);
    remove('c');
    // One goes and another of its name comes.
    remove('a');
    put('a', 7);
    env.simulation.runUntil(30_000);
    expect(seen).toEqual(['a=0']);
    watcher.mend('test');
    env.simulation.runUntil(100_000);
    expect(seen).toEqual(['a=0', 'b=2', 'c gone', 'a gone', 'a=7']);
    const [cause] = causes.slice(-1);
    expect(cause).toMatchObject({ mechanism: 'reconnection', begin_ms: 30_000 });
    expect(cause!.before).toMatchObject({ mechanism: 'cut off', end_ms: 30_000 });
    put('d', 1);
    env.simulation.runUntil(101_000);
    expect(seen.at(-1)).toBe('d=1');
  });

  it('sends a write again that did not arrive, unless the writer gives up', () => {
    const { env, store, writer, seen, put } = setUp();
    const lost: string[] = [];
    const attempt = (name: string) =>
      store.write(
        writer,
        name,
        CAUSE,
        () => ({ name, value: 1 }),
        () => lost.push(`${name} stored`),
        () => lost.push(`${name} lost`),
      );
    put('sent', 1);
    attempt('tried');
    // Both are on their way.
    writer.cut('test', 'refusal');
    attempt('not sent');
    env.simulation.runUntil(1000);
    expect(seen).toEqual([]);
    expect(lost).toEqual(['not sent lost', 'tried lost']);
    writer.mend('test');
    env.simulation.runUntil(2000);
    expect(seen).toEqual(['sent=1']);
    attempt('tried');
    env.simulation.runUntil(3000);
    expect(lost.at(-1)).toBe('tried stored');
  });
});
