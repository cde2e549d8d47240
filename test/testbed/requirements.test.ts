import { describe, expect, it } from 'vitest';
import { whyNotHere } from '../../testbed/requirements.ts';

const capabilities = (effective: string) => () => `Name:\tnode\nCapEff:\t${effective}\nCapBnd:\t0\n`;
const all = capabilities('000001ffffffffff');

describe('whyNotHere', () => {
  it('has no objection to root on Linux', () => expect(whyNotHere('linux', 0, all)).toBeUndefined());
  it('names the system that is not Linux', () => expect(whyNotHere('darwin', 0, all)).toContain('darwin'));
  it('asks for root', () => expect(whyNotHere('linux', 1000, all)).toContain('root'));

  it('sees through a root without privileges, as in a container', () => {
    expect(whyNotHere('linux', 0, capabilities('00000000a80425fb'))).toContain('CAP_NET_ADMIN');
  });
});
