// The storefront starts here.
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode, useEffect } from 'react';
import { createRoot } from 'react-dom/client';
import { openSession, SessionProvider } from '../shared/api/provider.js';
import { resumed } from '../shared/api/resume.js';
import { followTheme } from '../shared/theme.js';
import '../shared/ui/base.css';
import './tokens.css';
import { Loading } from '../shared/ui/ui.js';
import { createShopRouter } from './router.js';
import { useSpeech } from './words/words.js';

followTheme();
const session = openSession();
const router = createShopRouter();
resumed(session);

function Shop() {
  const { words, locale } = useSpeech();
  useEffect(() => {
    document.documentElement.lang = locale;
  }, [locale]);
  return (
    <SessionProvider session={session} waiting={<Loading label={words.states.loading} />}>
      <RouterProvider router={router} />
    </SessionProvider>
  );
}

const place = document.getElementById('root');
if (place !== null) {
  createRoot(place).render(
    <StrictMode>
      <Shop />
    </StrictMode>,
  );
}
