// Pages for signed-in people. Others are sent to the sign-in page first, and back afterwards.
import { useLocation, useNavigate } from '@tanstack/react-router';
import { useEffect, useState, type ReactNode } from 'react';
import { useSessionState } from '../shared/api/provider.js';

type Props = {
  readonly children: ReactNode;
  /** Whether a guest who ordered without an account has this page, too. */
  readonly guests?: boolean;
};

export function MembersOnly({ children, guests = false }: Props) {
  const state = useSessionState();
  const { href } = useLocation();
  const navigate = useNavigate();
  // The page from which it leads away: while the next one loads, the location is that one's already.
  const [here] = useState(href);
  const isStranger = state.status === 'guest' && (!guests || state.guestId === undefined);
  useEffect(() => {
    if (isStranger) void navigate({ to: '/sign-in', search: { next: here }, replace: true });
  }, [isStranger, here, navigate]);
  return isStranger ? null : children;
}
