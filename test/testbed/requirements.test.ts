import { describe, expect, it } from 'vitest';
import { whyNotHere } from '../../testbed/requirements.ts';

describe('whyNotHere', () => {
  it('has no objection to root on Linux', () => expect(whyNotHere('linux', 0)).toBeUndefined());
  it('names the system that is not Linux', () => expect(whyNotHere('darwin', 0)).toContain('darwin'));
  it('asks for root', () => expect(whyNotHere('linux', 1000)).toContain('root'));
});
