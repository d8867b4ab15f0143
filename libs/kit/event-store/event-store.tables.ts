import { checks, table } from '../postgres';

/** What has happened to each aggregate. Append-only. */
export const Events = table('events', {
  columns: {
    streamId: { type: 'text', primary: true },
    version: { type: 'int', primary: true },
    type: { type: 'text' },
    data: { type: 'jsonb' },
    correlationId: { type: 'text' },
    causationId: { type: 'uuid', nullable: true },
    recordedAt: { type: 'timestamptz', createDate: true, default: () => 'clock_timestamp()' },
  },
  checks: checks('events_version_check'),
});

/** Shortcuts for long streams; may be deleted at any time. */
export const Snapshots = table('snapshots', {
  columns: {
    streamId: { type: 'text', primary: true },
    version: { type: 'int' },
    state: { type: 'json' },
  },
});
