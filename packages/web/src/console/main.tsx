// The console starts here.
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { openSession, SessionProvider } from '../shared/api/provider.js';
import { resumed } from '../shared/api/resume.js';
import { followTheme } from '../shared/theme.js';
import '../shared/ui/base.css';
import './tokens.css';
import { Loading } from '../shared/ui/ui.js';
import { createConsoleRouter } from './router.js';

followTheme();
const session = openSession();
const router = createConsoleRouter();
resumed(session);

const place = document.getElementById('root');
if (place !== null) {
  createRoot(place).render(
    <StrictMode>
      <SessionProvider session={session} waiting={<Loading label="Loading …" />}>
        <RouterProvider router={router as never} />
      </SessionProvider>
    </StrictMode>,
  );
}
