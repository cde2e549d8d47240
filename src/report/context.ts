/** What a report says beside the results. */
export interface ReportContext {
  /** Files of the run, as a person would name them. */
  readonly files: readonly string[];
  /** Command that gives these results again. */
  readonly command: string | undefined;
}
