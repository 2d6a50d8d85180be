// The frame of the console: sign-in, navigation by role with the number of parked events, hotkeys and the palette.
import { Outlet, useLocation } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { useQuery, useSubscription } from 'urql';
import { useApi, useSession, useSessionState } from '../shared/api/provider.js';
import type { Person } from '../shared/api/session.js';
import { useStore } from '../shared/store.js';
import { theme, themes, type Theme } from '../shared/theme.js';
import { Button, Hidden } from '../shared/ui/ui.js';
import { EventParkedDocument, ParkedCountDocument } from './generated/graphql.js';
import styles from './layout.module.css';
import { hasRole, visibleTo, type Destination } from './navigation.js';
import { SignInPage } from './pages/sign-in/sign-in-page.js';
import { Palette } from './ui/palette.js';
import { Link, useGo } from './ui/link.js';
import { inWords, Nothing } from './ui/parts.js';
import { useGoKeys } from './ui/hotkeys.js';

export function Layout() {
  const state = useSessionState();
  if (state.status !== 'signed-in') return <SignInPage />;
  const { person } = state;
  return visibleTo(person.roles).length === 0 ? <NotStaff /> : <Frame person={person} />;
}

function NotStaff() {
  const session = useSession();
  return (
    <main>
      <Nothing title="This is for staff.">
        <p>
          <a href="/">To the shop</a>
        </p>
        <Button onClick={() => void session.signOut()}>Sign in as somebody else</Button>
      </Nothing>
    </main>
  );
}

function Frame({ person }: { readonly person: Person }) {
  const { connection } = useApi();
  const isWaiting = useStore(connection) === 'waiting';
  const pages = visibleTo(person.roles);
  useGoKeys(pages);
  useOwnStart(pages);
  const nav = useShownPage();
  return (
    <div className={styles.shell}>
      <a className={styles.skip} href="#content">
        Skip to the content
      </a>
      <div className={styles.side}>
        <Link to="/" className={styles.brand}>
          <svg viewBox="0 0 32 32" aria-hidden="true">
            <rect width="32" height="32" rx="8" fill="var(--accent)" />
            <path
              d="M10 7v18M22 7v18M10 16h12"
              stroke="var(--on-accent)"
              strokeWidth="3.4"
              strokeLinecap="round"
            />
          </svg>
          Console
        </Link>
        <Palette pages={pages} />
        <nav ref={nav} className={styles.nav} aria-label="Console">
          {pages.map(({ to, name }) => (
            <Link key={to} to={to} activeOptions={{ exact: to === '/', includeSearch: false }}>
              {name}
              {to === '/parked' && <ParkedBadge />}
            </Link>
          ))}
        </nav>
        <Foot person={person} />
      </div>
      <div>
        <div role="status">
          {isWaiting && (
            <p className={styles.banner}>The connection is lost. Live views catch up when it is back.</p>
          )}
        </div>
        <main id="content" tabIndex={-1} className={styles.main}>
          <Outlet />
        </main>
      </div>
    </div>
  );
}

/** On a phone the navigation is a strip that scrolls. This keeps the present page visible in it. */
function useShownPage() {
  const { pathname } = useLocation();
  const nav = useRef<HTMLElement>(null);
  useEffect(() => {
    const active = nav.current?.querySelector<HTMLElement>('[data-status="active"]');
    if (nav.current === null || active === null || active === undefined) return;
    nav.current.scrollLeft = active.offsetLeft - (nav.current.clientWidth - active.offsetWidth) / 2;
  }, [pathname]);
  return nav;
}

/** A person whose roles have no overview begins at the first page that they have. */
function useOwnStart(pages: readonly Destination[]): void {
  const { pathname } = useLocation();
  const go = useGo();
  const [first] = pages;
  const isLost = pathname.replace(/\/$/, '') === '' && !pages.some(({ to }) => to === '/');
  useEffect(() => {
    if (isLost && first !== undefined) go({ to: first.to, replace: true });
  }, [isLost, first, go]);
}

/** Wait between two counts of parked events: other people retry or discard them, too. */
const lookMs = 10_000;

function ParkedBadge() {
  const [{ data }, again] = useQuery({ query: ParkedCountDocument, requestPolicy: 'network-only' });
  const [{ data: parked }] = useSubscription({ query: EventParkedDocument });
  useEffect(() => {
    const look = (): void => {
      again({ requestPolicy: 'network-only' });
    };
    look();
    const timer = setInterval(look, lookMs);
    return () => {
      clearInterval(timer);
    };
  }, [again, parked]);
  const count = data?.parkedEvents.totalCount ?? 0;
  return count === 0 ? null : (
    <span className={styles.badge}>
      {count}
      <Hidden> parked</Hidden>
    </span>
  );
}

function Foot({ person }: { readonly person: Person }) {
  const session = useSession();
  const chosen = useStore(theme);
  const roles = person.roles.filter((role) => hasRole([role], person.roles) && role !== 'CUSTOMER');
  return (
    <div className={styles.foot}>
      <span title={person.email}>
        {person.name}
        <br />
        {roles.map(inWords).join(', ')}
      </span>
      <select
        aria-label="Colours"
        value={chosen}
        onChange={(event) => {
          theme.set(event.target.value as Theme);
        }}
      >
        {themes.map((one) => (
          <option key={one} value={one}>
            {inWords(one)}
          </option>
        ))}
      </select>
      <Button onClick={() => void session.signOut()}>Sign out</Button>
    </div>
  );
}
