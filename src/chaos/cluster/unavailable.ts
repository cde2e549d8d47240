import { UserError } from '../../scenario/errors.ts';

/** The cluster gave no answer, or had no time for one: asked again later, it may. */
export class Unavailable extends UserError {
  override readonly name = 'Unavailable';
  /** Whether what was asked for may have been done all the same, by this attempt or by an earlier one. */
  mayBeDone: boolean;
  /** How long the cluster asks to be left alone; 0 where it does not say. */
  readonly retry_after_ms: number;

  constructor(
    message: string,
    options: ConstructorParameters<typeof UserError>[1] & {
      readonly mayBeDone: boolean;
      readonly retry_after_ms?: number;
    },
  ) {
    super(message, options);
    this.mayBeDone = options.mayBeDone;
    this.retry_after_ms = options.retry_after_ms ?? 0;
  }
}
