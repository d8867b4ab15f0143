import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

/** What came of it, or why it failed. */
type Answer = { readonly result: unknown } | { readonly error: string };

/** A program of the bench in a process of its own, so that its processor time is counted apart. It does one task after another. */
export class Program<Task extends object, Result> {
  private constructor(private readonly child: ChildProcess) {}

  /** @param main relative to this folder. */
  static start<Task extends object, Result>(main: string): Program<Task, Result> {
    const child = fork(path.join(__dirname, main), {
      serialization: 'advanced',
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    // One listener for each task.
    child.setMaxListeners(0);
    return new Program(child);
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** @throws {Error} when the task fails or the process ends. */
  async do(task: Task): Promise<Result> {
    this.child.send(task);
    const ended = once(this.child, 'exit').then(() => ({ error: 'a program of the bench has ended' }));
    const answered = this.hear((said): said is Answer => said !== 'at work');
    const answer: Answer = await Promise.race([answered, ended]);
    if ('error' in answer) throw new Error(answer.error);
    return answer.result as Result;
  }

  /** Resolves when the task under way bears its first fruit. */
  async atWork(): Promise<void> {
    await this.hear((said): said is 'at work' => said === 'at work');
  }

  private hear<Wanted extends Answer | 'at work'>(isIt: (said: Answer | 'at work') => said is Wanted): Promise<Wanted> {
    return new Promise((resolve) => {
      const listen = (said: Answer | 'at work') => {
        if (!isIt(said)) return;
        this.child.off('message', listen);
        resolve(said);
      };
      this.child.on('message', listen as (said: unknown) => void);
    });
  }

  /** Tells it to come to the end of the task under way. */
  stop(): void {
    this.child.send('stop');
  }

  async end(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.disconnect();
    await once(this.child, 'exit');
  }
}

/** The other side: does what it is told until nobody is there to tell. */
export function serve<Task extends object, Result>(
  work: (task: Task, stop: AbortSignal, atWork: () => void) => Promise<Result>,
): void {
  let stopping = new AbortController();
  process.once('disconnect', () => process.exit());
  process.on('message', (told: Task | 'stop') => {
    if (told === 'stop') return stopping.abort();
    stopping = new AbortController();
    work(told, stopping.signal, () => process.send?.('at work')).then(
      (result) => process.send?.({ result }),
      (error: Error) => process.send?.({ error: error.message }),
    );
  });
}
