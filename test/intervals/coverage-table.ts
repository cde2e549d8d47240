import { coverageOf } from './coverage.ts';
import type { CoverageModel } from './models.ts';

/** Lines of Markdown, each as soon as it is known. */
export function* coverageTable(models: readonly CoverageModel[], seeds: number): Generator<string> {
  yield '| model | one interval of | method | exact | covers, % | too high, % | too low, % | Student covers, % |';
  yield '|---|---|---|---|---|---|---|---|';
  for (const model of models) {
    const { covered, above, below, student, told } = coverageOf(model, seeds);
    const cells = [
      model.name,
      model.sample,
      told < 1 ? `${model.method}, told of ${percent(told)} % of samples` : model.method,
      String(Number(model.exact.toPrecision(6))),
      percent(covered),
      percent(above),
      percent(below),
      student === undefined ? '' : percent(student),
    ];
    yield `| ${cells.join(' | ')} |`;
  }
}

const percent = (share: number): string => (100 * share).toFixed(1);
