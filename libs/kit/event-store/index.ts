export { CreateEventStore1700000000003 } from './create-event-store.migration';
export { Events, Snapshots } from './event-store.tables';
export { EventStore, type DomainEvent, type Loaded, type StoredEvent } from './event-store';
