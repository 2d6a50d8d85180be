// Messages to the customer, newest first; new ones come by themselves. Those that were shown are marked as read.
import { Link } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { useClient, useMutation, useQuery, useSubscription } from 'urql';
import {
  MarkReadDocument,
  MessageReceivedDocument,
  MessagesDocument,
  type MessageFragment,
  type MessagesQuery,
} from '../../generated/graphql.js';
import { Button, Chip, Empty, Heading } from '../../../shared/ui/ui.js';
import { MembersOnly } from '../../members-only.js';
import { Unloaded } from '../../unloaded.js';
import { useSpeech } from '../../words/words.js';
import styles from './messages-page.module.css';

export function MessagesPage() {
  const { words } = useSpeech();
  return (
    <MembersOnly guests>
      <Heading title={words.title(words.notifications.title)}>{words.notifications.title}</Heading>
      <Messages />
    </MembersOnly>
  );
}

/** The server marks at most so many at once. */
const mostMarked = 100;

function Messages() {
  const { words } = useSpeech();
  const [{ data, error }, again] = useQuery({ query: MessagesDocument, variables: {} });
  const older = useOlder(data?.notifications.pageInfo ?? null);
  const [{ data: received = [] }] = useSubscription(
    { query: MessageReceivedDocument },
    (before: readonly MessageFragment[] | undefined, { notificationReceived }) => [
      notificationReceived,
      ...(before ?? []),
    ],
  );
  const all = new Map<string, MessageFragment>();
  for (const message of [...received, ...(data?.notifications.nodes ?? []), ...older.messages])
    if (!all.has(message.id)) all.set(message.id, message);
  const sorted = [...all.values()].sort((a, b) => b.at.localeCompare(a.at));
  const isNew = useMarked(sorted);
  if (data === undefined) return <Unloaded error={error} again={again} />;
  if (sorted.length === 0) return <Empty title={words.notifications.none} />;
  return (
    <>
      <ul className={styles.list} aria-live="polite" aria-relevant="additions">
        {sorted.map((message) => (
          <Row key={message.id} message={message} isNew={isNew(message.id)} />
        ))}
      </ul>
      {older.hasMore && (
        <p className={styles.more}>
          <Button busy={older.busy} onClick={() => void older.more()}>
            {words.states.more}
          </Button>
        </p>
      )}
    </>
  );
}

type PageInfo = MessagesQuery['notifications']['pageInfo'];

/** The pages after the first, as they are asked for. */
function useOlder(first: PageInfo | null) {
  const client = useClient();
  const [pages, setPages] = useState<readonly MessagesQuery['notifications'][]>([]);
  const [busy, setBusy] = useState(false);
  const last = pages.at(-1)?.pageInfo ?? first;
  const more = async (): Promise<void> => {
    setBusy(true);
    const { data } = await client.query(MessagesDocument, { after: last?.endCursor ?? null }).toPromise();
    if (data !== undefined) setPages([...pages, data.notifications]);
    setBusy(false);
  };
  return { messages: pages.flatMap(({ nodes }) => nodes), hasMore: last?.hasNextPage === true, busy, more };
}

/** Marks the shown messages as read. Returns whether a message was new when this page first showed it. */
function useMarked(messages: readonly MessageFragment[]): (id: string) => boolean {
  const [, mark] = useMutation(MarkReadDocument);
  const seen = useRef(new Set<string>());
  const ids = messages
    .filter(({ id, readAt }) => readAt === null && !seen.current.has(id))
    .map(({ id }) => id);
  const key = ids.join(' ');
  useEffect(() => {
    if (key === '') return;
    const unread = key.split(' ').slice(0, mostMarked);
    for (const id of unread) seen.current.add(id);
    void mark({ ids: unread });
  }, [key, mark]);
  return (id) => seen.current.has(id) || ids.includes(id);
}

function Row({
  message: { kind, message, at, orderId },
  isNew,
}: {
  readonly message: MessageFragment;
  readonly isNew: boolean;
}) {
  const { words, dateTime } = useSpeech();
  return (
    <li className={styles.message}>
      <p>
        {words.notifications.kinds[kind] ?? message}{' '}
        {isNew && <Chip tone="warn">{words.notifications.fresh}</Chip>}
      </p>
      <time dateTime={at}>{dateTime(at)}</time>
      {orderId !== null && (
        <Link to="/order" search={{ orderId }}>
          {words.notifications.toOrder}
        </Link>
      )}
    </li>
  );
}
