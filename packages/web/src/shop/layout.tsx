// The frame of every page of the storefront: the present page, the navigation, the basket, and whether the page is
// still connected.
import { Link, Outlet, useLocation } from '@tanstack/react-router';
import { useEffect } from 'react';
import { useQuery, useSubscription } from 'urql';
import { useApi, useSession, useSessionState } from '../shared/api/provider.js';
import { useStore } from '../shared/store.js';
import { theme, themes, type Theme } from '../shared/theme.js';
import { Button, Hidden } from '../shared/ui/ui.js';
import { basket, countOf } from './basket/basket.js';
import { MessageReceivedDocument, UnreadDocument } from './generated/graphql.js';
import styles from './layout.module.css';
import { chosenLocale, locales, useSpeech, type Locale } from './words/words.js';

const Mark = () => (
  <svg viewBox="0 0 32 32" aria-hidden="true">
    <rect width="32" height="32" rx="8" fill="var(--accent)" />
    <path d="M10 7v18M22 7v18M10 16h12" stroke="var(--on-accent)" strokeWidth="3.2" strokeLinecap="round" />
    <circle cx="16" cy="16" r="3.2" fill="#e2a03f" />
  </svg>
);

const staffRoles = ['SUPPORT', 'WAREHOUSE', 'CATALOG', 'OPERATOR', 'ADMIN'];

export function Layout() {
  const { words } = useSpeech();
  const { connection } = useApi();
  const isWaiting = useStore(connection) === 'waiting';
  return (
    <div className={styles.shell}>
      <a className={styles.skip} href="#content">
        {words.skip}
      </a>
      <Header />
      <div role="status">{isWaiting && <p className={styles.banner}>{words.connection.waiting}</p>}</div>
      <main id="content" tabIndex={-1} className={styles.main}>
        <Outlet />
      </main>
      <Footer />
    </div>
  );
}

function Header() {
  const { words } = useSpeech();
  const session = useSession();
  const { href, pathname } = useLocation();
  const state = useSessionState();
  const count = countOf(useStore(basket));
  const isPerson = state.status === 'signed-in';
  const hasOrders = isPerson || (state.status === 'guest' && state.guestId !== undefined);
  return (
    <header className={styles.header}>
      <div className={styles.bar}>
        <Link to="/" className={styles.brand}>
          <Mark />
          <span className={styles.wordmark}>{words.brand}</span>
        </Link>
        <nav className={styles.nav} aria-label={words.nav.label}>
          <Link to="/" activeOptions={{ exact: true, includeSearch: false }}>
            {words.nav.products}
          </Link>
          {hasOrders && <Link to="/orders">{words.nav.orders}</Link>}
          {isPerson && <Link to="/wallet">{words.nav.wallet}</Link>}
          {hasOrders && (
            <Link to="/messages">
              {words.nav.notifications}
              {isPerson && <UnreadCount />}
            </Link>
          )}
        </nav>
        <div className={styles.end}>
          {isPerson ? (
            <>
              <Link to="/profile" title={words.nav.account(state.person.name)}>
                {words.nav.profile}
              </Link>
              <Button kind="link" onClick={() => void session.signOut()}>
                {words.nav.signOut}
              </Button>
            </>
          ) : (
            <Link to="/sign-in" search={pathname === '/sign-in' ? true : { next: href }}>
              {words.nav.signIn}
            </Link>
          )}
          <Link to="/basket" className={styles.basket}>
            {words.nav.basket}
            {count > 0 && (
              <span className={styles.count}>
                {count}
                <Hidden> {words.nav.basketCount(count)}</Hidden>
              </span>
            )}
          </Link>
        </div>
      </div>
    </header>
  );
}

/** Messages that were not read, counted again when one comes. */
function UnreadCount() {
  const { words } = useSpeech();
  const [{ data }, again] = useQuery({ query: UnreadDocument });
  const [{ data: received }] = useSubscription({ query: MessageReceivedDocument });
  const latest = received?.notificationReceived.id;
  useEffect(() => {
    if (latest !== undefined) again({ requestPolicy: 'network-only' });
  }, [latest, again]);
  const count = data?.me?.unreadNotifications ?? 0;
  return count === 0 ? null : (
    <>
      {' '}
      <span className={styles.count}>
        {count}
        <Hidden> {words.nav.unread(count)}</Hidden>
      </span>
    </>
  );
}

function Footer() {
  const { words, locale } = useSpeech();
  const state = useSessionState();
  const chosen = useStore(theme);
  const isStaff =
    state.status === 'signed-in' && state.person.roles.some((role) => staffRoles.includes(role));
  return (
    <footer className={styles.footer}>
      <div className={styles.bar}>
        <p>{words.tagline}</p>
        <Link to="/find">{words.find.link}</Link>
        {isStaff && <a href="/console">{words.nav.console}</a>}
        <label>
          {words.nav.language}
          <select value={locale} onChange={(event) => chosenLocale.set(event.target.value as Locale)}>
            {locales.map(({ locale: one, name }) => (
              <option key={one} value={one} lang={one}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <label>
          {words.nav.theme}
          <select value={chosen} onChange={(event) => theme.set(event.target.value as Theme)}>
            {themes.map((one) => (
              <option key={one} value={one}>
                {words.nav.themes[one]}
              </option>
            ))}
          </select>
        </label>
      </div>
    </footer>
  );
}
