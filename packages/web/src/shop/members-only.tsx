// Pages of one's own: a guest signs in first, and comes back.
import { Navigate, useLocation } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useSessionState } from '../shared/api/provider.js';

export function MembersOnly({ children }: { readonly children: ReactNode }) {
  const state = useSessionState();
  const { href } = useLocation();
  if (state.status === 'guest') return <Navigate to="/sign-in" search={{ next: href }} replace />;
  return children;
}
