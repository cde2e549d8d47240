/** States as one number, or as a string where that does not suffice: small in memory, and quick to be found again. */

export type StateKey = number | string;

export interface Codec {
  encode(values: Int32Array): StateKey;
  /** @param values is overwritten */
  decode(key: StateKey, values: Int32Array): void;
}

/** A string has a character for each value. */
const VALUE_MAX = 65_535;

/** @param limits by place: one more than the largest value; 1 where it is always zero. At most 65,536 each. */
export function codecOf(limits: readonly number[]): Codec | undefined {
  if (limits.some((limit) => limit - 1 > VALUE_MAX)) return undefined;
  const places = [...limits.keys()].filter((place) => limits[place]! > 1);
  const combinations = limits.reduce((product, limit) => product * limit, 1);
  return combinations <= Number.MAX_SAFE_INTEGER ? byNumber(places, limits) : byString(places);
}

function byNumber(places: readonly number[], limits: readonly number[]): Codec {
  return {
    encode: (values) => {
      let key = 0;
      for (let index = 0; index < places.length; index += 1) {
        const place = places[index]!;
        key = key * limits[place]! + values[place]!;
      }
      return key;
    },
    decode: (key, values) => {
      values.fill(0);
      let rest = key as number;
      for (let index = places.length - 1; index >= 0; index -= 1) {
        const place = places[index]!;
        const limit = limits[place]!;
        const next = Math.floor(rest / limit);
        values[place] = rest - next * limit;
        rest = next;
      }
    },
  };
}

function byString(places: readonly number[]): Codec {
  return {
    encode: (values) => {
      let key = '';
      for (let index = 0; index < places.length; index += 1)
        key += String.fromCharCode(values[places[index]!]!);
      return key;
    },
    decode: (key, values) => {
      values.fill(0);
      const text = key as string;
      for (let index = 0; index < places.length; index += 1) values[places[index]!] = text.charCodeAt(index);
    },
  };
}
