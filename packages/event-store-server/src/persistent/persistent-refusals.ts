// Refusals of the PersistentSubscriptions service: each names the stream and the group in its trailers.
import { status } from '@grpc/grpc-js';
import { Refusal } from '../refusal.js';

type Named = { readonly source: string; readonly group: string };

const trailers = (exception: string, source: string, group: string): Record<string, string> => ({
  exception,
  'stream-name': source,
  'group-name': group,
});

export const exists = ({ source, group }: Named): Refusal =>
  new Refusal(
    status.ALREADY_EXISTS,
    `Subscription group ${group} on stream ${source} exists.`,
    trailers('persistent-subscription-exists', source, group),
  );

export const missing = (source: string, group: string): Refusal =>
  new Refusal(
    status.NOT_FOUND,
    `Subscription group ${group} on stream ${source} does not exist.`,
    trailers('persistent-subscription-does-not-exist', source, group),
  );

export const outOfRange = 'Specified argument was out of the range of valid values.';

export const failed = ({ source, group }: Named, reason: string): Refusal =>
  new Refusal(status.INTERNAL, `Subscription group ${group} on stream ${source} failed: '${reason}'`, {
    ...trailers('persistent-subscription-failed', source, group),
    reason,
  });

export const dropped = ({ source, group }: Named): Refusal =>
  new Refusal(
    status.CANCELLED,
    `Subscription group ${group} on stream ${source} was dropped.`,
    trailers('persistent-subscription-dropped', source, group),
  );
