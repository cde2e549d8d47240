/** What every file of ours says about itself, experiments and plans alike. */
import { z } from 'zod';
import { TRIALS_MAX } from '../trials.ts';
import { count } from './quantities.ts';

export const SCENARIO_VERSION = 'foreshock/v1';

export const version = z.literal(SCENARIO_VERSION).describe('Version of this format.');

export const name = z
  .string()
  // It names a folder of results: `.` and `..` are others.
  .regex(/^(?!\.{1,2}$)[^\p{Cc}/\\]{1,100}$/u, {
    error: 'a name of at most 100 characters, on one line, without slashes, and not "." or ".."',
  })
  .optional()
  .describe("Name in reports. Default: the file's name.");

export const description = z.string().default('').describe('What it is about, for people.');

export const predict = count
  .max(TRIALS_MAX.predict)
  .default(1000)
  .describe('Simulated trials. Default: 1000.');

export const seed = z
  .union(
    [z.number().int({ error: 'a whole number below 2^53, or a text in quotes' }), z.string().min(1).max(100)],
    { error: 'a whole number or a text' },
  )
  .transform(String)
  .default('1')
  .describe('Decides all luck: the same seed gives the same prediction and the same victims.');
