/** Where the testbed tells what it is doing: stderr, so that stdout stays for results. */
export type Progress = (line: string) => void;

export const toStderr: Progress = (line) => {
  process.stderr.write(`testbed: ${line}\n`);
};
