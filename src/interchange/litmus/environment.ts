/** The variables of a Litmus experiment: every one is a text, and an empty one is none. */
import { z } from 'zod';
import { ACTS_MAX } from '../../scenario/act-times.ts';
import { quote } from '../../scenario/problem.ts';
import type { Path } from '../../scenario/yaml.ts';
import type { Fates, Reading } from '../reading.ts';

const VARIABLES = z
  .array(
    z.looseObject({
      name: z.string().min(1),
      value: z
        .union([z.string(), z.number(), z.boolean()], { error: 'a text, a number, true or false' })
        .transform(String)
        .nullish(),
    }),
  )
  .nullish();

export class Environment {
  readonly #reading: Reading;
  readonly #values: ReadonlyMap<string, { readonly value: string; readonly path: Path }>;
  readonly #path: Path;

  /** @returns undefined where it is no list of variables, which is then told, as every one that is not known */
  static read(path: Path, fates: Fates, reading: Reading): Environment | undefined {
    const variables = reading.get(VARIABLES, path);
    if (variables === undefined && reading.value(path) !== undefined) return undefined;
    const values = new Map<string, { readonly value: string; readonly path: Path }>();
    for (const [index, { name, value }] of (variables ?? []).entries()) {
      const at = [...path, index];
      const fate = Object.hasOwn(fates, name) ? fates[name] : undefined;
      if (value == null || value === '') continue;
      if (fate === 'read') values.set(name, { value, path: [...at, 'value'] });
      else if (fate === undefined) {
        reading.refuse([...at, 'name'], {
          message: `the variable ${quote(name)} is not known here`,
          expected: `one of ${Object.keys(fates).join(', ')}`,
        });
      } else if ('leaves_out' in fate) reading.leaveOut([...at, name], fate.leaves_out);
      else reading.refuse([...at, 'name'], { message: `${name} cannot be imported: ${fate.refuses}` });
    }
    return new Environment(reading, path, values);
  }

  private constructor(
    reading: Reading,
    path: Path,
    values: ReadonlyMap<string, { readonly value: string; readonly path: Path }>,
  ) {
    this.#reading = reading;
    this.#path = path;
    this.#values = values;
  }

  text(name: string): string {
    return this.#values.get(name)?.value ?? '';
  }

  /** @returns undefined where it is none, which is then told */
  whole(name: string, otherwise: number): number | undefined {
    const text = this.text(name);
    if (text === '') return otherwise;
    if (/^\d{1,7}$/.test(text)) return Number(text);
    return this.#refuse(name, { message: `${name} is ${quote(text)}`, expected: 'a whole number' });
  }

  oneOf(name: string, values: readonly string[], otherwise: string): string | undefined {
    const text = this.text(name) || otherwise;
    if (values.includes(text)) return text;
    return this.#refuse(name, { message: `${name} is ${quote(text)}`, expected: values.join(' or ') });
  }

  /** Refuses what a scenario cannot do. */
  expect(name: string, values: readonly string[], why: string): void {
    const text = this.text(name);
    if (values.includes(text)) return;
    this.#refuse(name, { message: `${name} is ${text === '' ? 'not set' : quote(text)}: ${why}` });
  }

  /** So many acts from `first_ms` on; undefined where they are too many, or at one moment, which is then told. */
  acts(first_ms: number, every_ms: number, times: number): readonly number[] | undefined {
    if (times <= ACTS_MAX && (every_ms > 0 || times === 1)) {
      return Array.from({ length: times }, (_, k) => first_ms + k * every_ms);
    }
    const name = 'CHAOS_INTERVAL';
    return this.#refuse(name, { message: `it would act ${times} times`, expected: `at most ${ACTS_MAX}` });
  }

  #refuse(name: string, problem: { readonly message: string; readonly expected?: string }): undefined {
    return this.#reading.refuse(this.#values.get(name)?.path ?? this.#path, problem);
  }
}
