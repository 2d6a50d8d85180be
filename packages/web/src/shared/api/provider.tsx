// Provides components with the session, and with the client of the signed-in person.
import { createContext, useContext, useEffect, useState, type ReactNode } from 'react';
import { Provider } from 'urql';
import { useStore } from '../store.js';
import { createApi, type Api } from './client.js';
import { browserLock, createSession, type Session, type SessionState } from './session.js';
import { ask } from './transport.js';

const SessionContext = createContext<Session | null>(null);
const ApiContext = createContext<Api | null>(null);

export const openSession = (): Session =>
  createSession({ ask, now: () => performance.now(), oneAtATime: browserLock, storage: localStorage });

const given = <Value,>(value: Value | null): Value => {
  if (value === null) throw new Error('used outside of its provider');
  return value;
};

export const useSession = (): Session => given(useContext(SessionContext));
export const useSessionState = (): SessionState => useStore(useSession().state);
export const useApi = (): Api => given(useContext(ApiContext));

type Props = {
  readonly session: Session;
  /** Shown until the session is known. */
  readonly waiting: ReactNode;
  readonly children: ReactNode;
};

export function SessionProvider({ session, waiting, children }: Props) {
  const state = useStore(session.state);
  const owner =
    state.status === 'signed-in' ? state.person.id : state.status === 'guest' ? state.guestId : state.status;
  return (
    <SessionContext value={session}>
      {state.status === 'unknown' ? (
        waiting
      ) : (
        <PersonsApi key={owner ?? 'nobody'} session={session}>
          {children}
        </PersonsApi>
      )}
    </SessionContext>
  );
}

/** Each person has a client, and a cache, of their own. */
function PersonsApi({ session, children }: { readonly session: Session; readonly children: ReactNode }) {
  const [api, setApi] = useState<Api | null>(null);
  useEffect(() => {
    const opened = createApi(session);
    setApi(opened);
    return () => {
      opened.close();
    };
  }, [session]);
  return api === null ? null : (
    <ApiContext value={api}>
      <Provider value={api.client}>{children}</Provider>
    </ApiContext>
  );
}
