// Pages of one's own: a guest signs in first, and comes back.
import { useLocation, useNavigate } from '@tanstack/react-router';
import { useEffect, useState, type ReactNode } from 'react';
import { useSessionState } from '../shared/api/provider.js';

export function MembersOnly({ children }: { readonly children: ReactNode }) {
  const state = useSessionState();
  const { href } = useLocation();
  const navigate = useNavigate();
  // The page from which it leads away: while the next one loads, the location is that one's already.
  const [here] = useState(href);
  const isGuest = state.status === 'guest';
  useEffect(() => {
    if (isGuest) void navigate({ to: '/sign-in', search: { next: here }, replace: true });
  }, [isGuest, here, navigate]);
  return isGuest ? null : children;
}
