/** The sections of a file that are right, so that the rest can still be checked against them. */
import type { z } from 'zod';
import { check, type Foreign, valueAt } from './issues.ts';
import type { Problems } from './problem.ts';
import type { YamlDocument } from './yaml.ts';

/**
 * Checks a document against its format. What is wrong goes to `problems`.
 *
 * @param foreign fields that belong elsewhere, and where
 * @returns the whole file, or those of its sections that are as they must be
 */
export function checkSections<Shape extends Readonly<Record<string, z.ZodType>>>(
  schema: z.ZodObject<Shape>,
  document: YamlDocument,
  problems: Problems,
  foreign: Foreign = {},
): Partial<z.output<z.ZodObject<Shape>>> {
  const whole = check(schema, document, [], problems, foreign);
  if (whole !== undefined) return whole;
  const sections = Object.entries<z.ZodType>(schema.shape).flatMap(([name, section]) => {
    const result = section.safeParse(valueAt(document.value, [name]));
    return result.success ? [[name, result.data]] : [];
  });
  return Object.fromEntries(sections);
}
