// Where an event comes from, and all that came of it: the tree of its causes, with the event itself marked.
import { useQuery } from 'urql';
import { CausationDocument } from '../../generated/graphql.js';
import { causesSearch } from '../../search.js';
import { Link, useParam, useSearch } from '../../ui/link.js';
import { Mono, Muted, Nothing, Page, Panel, shortId, Time, WhenLoaded } from '../../ui/parts.js';
import own from './causes-page.module.css';
import { forestOf, type Branch } from './forest.js';

export function CausesPage() {
  const eventId = useParam('id');
  const { position } = useSearch(causesSearch);
  const [result, again] = useQuery({
    query: CausationDocument,
    variables: { eventId, position: position ?? null },
  });
  return (
    <Page title={`Causes and effects of ${shortId(eventId)}`}>
      <Panel padded>
        <WhenLoaded result={result} again={again}>
          {({ causation }) =>
            causation.length === 0 ? (
              <Nothing title="There is no such event." />
            ) : (
              <Branches branches={forestOf(causation)} marked={eventId} label="Causes and effects" />
            )
          }
        </WhenLoaded>
      </Panel>
    </Page>
  );
}

type BranchesProps = {
  readonly branches: readonly Branch[];
  readonly marked: string;
  readonly label?: string;
};

const Branches = ({ branches, marked, label }: BranchesProps) => (
  <ul className={own.branches} aria-label={label}>
    {branches.map(({ event, effects }) => (
      <li key={event.id}>
        <div className={own.event} aria-current={event.id === marked ? 'true' : undefined}>
          <Link to="/streams/$name" params={{ name: event.stream }} search={{ event: event.id }}>
            {event.type}
          </Link>
          <Muted>
            <Mono>{event.stream.split('-')[0]}</Mono>
          </Muted>
          <Time at={event.createdAt} />
        </div>
        {effects.length > 0 && <Branches branches={effects} marked={marked} />}
      </li>
    ))}
  </ul>
);
