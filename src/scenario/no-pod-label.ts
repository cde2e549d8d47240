/** A label that no pod has: a selector with it selects nothing. What `endpoint-removal` adds to that of a Service. */
export const NO_POD_LABEL = { key: 'foreshock.dev/no-pod', value: 'true' } as const;
