import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { mainProcess, runningSandbox } from '../../../testbed/cluster/task.ts';

const TASKS = mkdtempSync(join(tmpdir(), 'foreshock-tasks-'));
afterAll(() => rmSync(TASKS, { recursive: true, force: true }));

/** A task as containerd 1.6 leaves it on disk. */
function task(id: string, spec: string, pid?: string): void {
  mkdirSync(join(TASKS, id));
  writeFileSync(join(TASKS, id, 'config.json'), spec);
  if (pid !== undefined) writeFileSync(join(TASKS, id, 'init.pid'), pid);
}
const of = (type: string, uid: string) =>
  JSON.stringify({
    ociVersion: '1.0.2',
    annotations: { 'io.kubernetes.cri.container-type': type, 'io.kubernetes.cri.sandbox-uid': uid },
  });

task('a-container', of('container', 'uid-1'), '11');
task('a-dead', of('sandbox', 'uid-1'));
task('a-sandbox', of('sandbox', 'uid-1'), '12');
task('b-container', of('container', 'uid-2'), '13');
task('c-torn', '{', '14');
task('d-nobodys', '{}', '15');

describe('the tasks of a node', () => {
  it('have a sandbox of a pod among them, told from its containers, from those of others and from what has ended', () => {
    expect(runningSandbox(TASKS, 'uid-1')).toBe('a-sandbox');
    expect(mainProcess(TASKS, 'a-sandbox')).toBe('12');
  });

  it('have none where only a container is left, where the pod is unknown, and where nothing runs', () => {
    expect(runningSandbox(TASKS, 'uid-2')).toBeUndefined();
    expect(runningSandbox(TASKS, 'uid-3')).toBeUndefined();
    expect(runningSandbox(join(TASKS, 'nowhere'), 'uid-1')).toBeUndefined();
  });
});
