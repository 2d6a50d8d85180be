// Events as they are appended, each delivered once, without going through React's state.
import { useEffect, useRef } from 'react';
import { useClient } from 'urql';
import { EventAppendedDocument, type EventFragment } from '../generated/graphql.js';

/** Calls for each event of the stream, `$all` for the whole log, as long as the component is mounted. */
export function useEvents(stream: string, listen: (event: EventFragment) => void): void {
  const client = useClient();
  const latest = useRef(listen);
  useEffect(() => {
    latest.current = listen;
  });
  useEffect(() => {
    const subscription = client.subscription(EventAppendedDocument, { stream }).subscribe(({ data }) => {
      if (data !== undefined) latest.current(data.eventAppended);
    });
    return () => {
      subscription.unsubscribe();
    };
  }, [client, stream]);
}
