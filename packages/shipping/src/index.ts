// Front door.
import { shipment } from './shipment.js';
import { tracking } from './tracking.js';

/** The deciders of this context. */
export const aggregates = [shipment, tracking] as const;

export { upcasters } from './shipping.upcasters.js';
export * from './shipment.events.js';
export * from './shipment.commands.js';
export * from './shipment.js';
export * from './tracking.events.js';
export * from './tracking.js';
