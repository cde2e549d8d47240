/** Who races, and how each is started. `bench/peers/install` installs them. */
import { fileURLToPath } from 'node:url';
import type { Contestant } from '../race.ts';

const path = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

function program(name: string, file: string): Contestant {
  return { name, command: [path(file)], needs: path(file) };
}

function script(name: string, interpreter: string, file: string, needs: string): Contestant {
  return { name, command: [interpreter, path(file)], needs: path(needs) };
}

function python(name: string, venv: string, file: string): Contestant {
  const interpreter = `${venv}/bin/python`;
  return script(name, path(interpreter), file, interpreter);
}

const node = (name: string, file: string, needs = file): Contestant =>
  script(name, process.execPath, file, needs);

export const FORESHOCK = {
  hold: node('foreshock', 'foreshock/hold.ts'),
  queueing: node('foreshock', 'foreshock/queueing.ts'),
};

export const HEAP = node('4-ary heap, TypeScript', 'foreshock/hold-heap.ts');

export const CPP = {
  hold: program('C++ std::priority_queue', 'cpp/build/hold'),
  queueing: program('C++ std::priority_queue', 'cpp/build/queueing'),
};

/** Each with a model of a station of many servers, and of machines and repair crews. */
export const SIMULATORS: readonly Contestant[] = [
  CPP.queueing,
  program('simcore, Rust', 'simcore/target/release/queueing'),
  { ...program('nexosim, Rust', 'nexosim/target/release/queueing'), share: 1 / 2 },
  { ...program('SimGrid, C++', 'simgrid/build/queueing'), share: 1 / 10 },
  { ...node('simjs', 'simjs/queueing.mjs', 'simjs/node_modules/simjs/package.json'), share: 1 / 10 },
  { ...python('SimPy, CPython', '.venv', 'simpy/queueing.py'), share: 1 / 20 },
  { ...python('SimPy, PyPy', '.venv-pypy', 'simpy/queueing.py'), share: 1 / 10 },
  { ...python('Ciw', '.venv', 'ciw/queueing.py'), share: 1 / 50 },
  { ...python('salabim', '.venv', 'salabim/queueing.py'), share: 1 / 100 },
];
