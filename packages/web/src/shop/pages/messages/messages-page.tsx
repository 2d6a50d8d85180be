// Messages to the customer, newest first; new ones come by themselves.
import { Link } from '@tanstack/react-router';
import { useQuery, useSubscription } from 'urql';
import { MessageReceivedDocument, MessagesDocument, type MessagesQuery } from '../../generated/graphql.js';
import { Empty, Failed, Heading, Loading } from '../../../shared/ui/ui.js';
import { MembersOnly } from '../../members-only.js';
import { useSpeech } from '../../words/words.js';
import styles from './messages-page.module.css';

type Message = MessagesQuery['orders']['nodes'][number]['notifications'][number];

export function MessagesPage() {
  const { words } = useSpeech();
  return (
    <MembersOnly>
      <Heading title={words.title(words.notifications.title)}>{words.notifications.title}</Heading>
      <Messages />
    </MembersOnly>
  );
}

function Messages() {
  const { words } = useSpeech();
  const [{ data, error }, again] = useQuery({ query: MessagesDocument });
  const [{ data: received = [] }] = useSubscription(
    { query: MessageReceivedDocument },
    (before: readonly Message[] | undefined, { notificationReceived }) => [
      notificationReceived,
      ...(before ?? []),
    ],
  );
  if (data === undefined)
    return error === undefined ? (
      <Loading label={words.states.loading} />
    ) : (
      <Failed
        title={words.states.failed}
        message={words.connection.awayMore}
        retry={words.states.retry}
        onRetry={() => {
          again({ requestPolicy: 'network-only' });
        }}
      />
    );
  const all = new Map<string, Message>();
  for (const message of [...received, ...data.orders.nodes.flatMap(({ notifications }) => notifications)])
    all.set(message.id, message);
  const sorted = [...all.values()].sort((a, b) => b.at.localeCompare(a.at));
  if (sorted.length === 0) return <Empty title={words.notifications.none} />;
  return (
    <ul className={styles.list} aria-live="polite" aria-relevant="additions">
      {sorted.map((message) => (
        <Row key={message.id} message={message} />
      ))}
    </ul>
  );
}

function Row({ message: { message, at, orderId } }: { readonly message: Message }) {
  const { words, dateTime } = useSpeech();
  return (
    <li className={styles.message}>
      <p>{message}</p>
      <time dateTime={at}>{dateTime(at)}</time>
      {orderId !== null && (
        <Link to="/order" search={{ orderId }}>
          {words.notifications.toOrder}
        </Link>
      )}
    </li>
  );
}
