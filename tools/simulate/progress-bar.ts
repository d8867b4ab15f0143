import type { WriteStream } from 'node:tty';
import type { Progress } from './simulation';

const width = 32;
const everyMs = 200;
const everyLineMs = 5_000;

/** Shows on standard error how far a run has come: a bar on a terminal, elsewhere a line now and then. @returns how to end it. */
export function showProgress(read: () => Progress, out: WriteStream = process.stderr): () => void {
  const show = () => out.write(out.isTTY ? `\r${bar(read())}` : `${line(read())}\n`);
  const timer = setInterval(show, out.isTTY ? everyMs : everyLineMs);
  return () => {
    clearInterval(timer);
    show();
    if (out.isTTY) out.write('\n');
  };
}

function bar(progress: Progress): string {
  const filled = Math.round((width * progress.ended) / progress.orders);
  return `[${'█'.repeat(filled)}${'·'.repeat(width - filled)}] ${line(progress)}   `;
}

function line({ orders, ended, inFlight }: Progress): string {
  return `${ended}/${orders} orders have ended, ${inFlight} under way`;
}
