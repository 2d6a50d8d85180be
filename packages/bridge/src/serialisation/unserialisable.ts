// The errors of an event that can't be written to a topic, or read from one. Trying again does not help: it is parked.

/** The event does not fit its schema, or has none. */
export class Unserialisable extends Error {
  override readonly name: string = 'Unserialisable';
}

/** The registry has another schema under this subject, with which ours is incompatible. */
export class SchemaRefused extends Unserialisable {
  override readonly name = 'SchemaRefused';
}

/** A record of a topic is not an event that this program can read. */
export class Undeserialisable extends Error {
  override readonly name = 'Undeserialisable';
}
