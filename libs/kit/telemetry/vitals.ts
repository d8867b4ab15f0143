import { monitorEventLoopDelay, type IntervalHistogram } from 'node:perf_hooks';

/** How a process fares. */
export interface VitalSigns {
  uptimeS: number;
  rssMiB: number;
  heapMiB: number;
  /** How late the event loop came to what was due, in the last whole minute (or what there is of the first). */
  eventLoopDelayMs: { p50: number; p99: number; max: number };
}

const resolutionMs = 10;
const everyMs = 60_000;

/** Watches the process it is in. Holds nothing up, and costs a hundred wake-ups a second. */
export class Vitals {
  private readonly histogram = monitorEventLoopDelay({ resolution: resolutionMs });
  private lastMinute: VitalSigns['eventLoopDelayMs'] | undefined;
  private readonly timer = setInterval(() => this.turnOver(), everyMs).unref();

  constructor() {
    this.histogram.enable();
  }

  read(): VitalSigns {
    const { rss, heapUsed } = process.memoryUsage();
    return {
      uptimeS: Math.round(process.uptime()),
      rssMiB: mebibytes(rss),
      heapMiB: mebibytes(heapUsed),
      eventLoopDelayMs: this.lastMinute ?? delaysOf(this.histogram),
    };
  }

  stop(): void {
    clearInterval(this.timer);
    this.histogram.disable();
  }

  private turnOver(): void {
    this.lastMinute = delaysOf(this.histogram);
    this.histogram.reset();
  }
}

/** What is recorded is the time between two looks, which are `resolutionMs` apart when nothing is late. */
function delaysOf(histogram: IntervalHistogram): VitalSigns['eventLoopDelayMs'] {
  const late = (nanoseconds: number) => Math.max(0, Math.round(nanoseconds / 1e5 - resolutionMs * 10) / 10);
  return { p50: late(histogram.percentile(50)), p99: late(histogram.percentile(99)), max: late(histogram.max) };
}

function mebibytes(bytes: number): number {
  return Math.round((bytes / 1_048_576) * 10) / 10;
}
