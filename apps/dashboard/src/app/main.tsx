/** The dashboard's entry: themes, the set-up token, then React. */
import './configure-zod.ts';
import './app.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { takeSetupToken } from '../features/setup/index.ts';
import { createQueryClient } from '../lib/query-client.ts';
import { Providers } from './providers.tsx';
import { createDashboardRouter } from './router.tsx';
import { watchSignOut } from './watch-sign-out.ts';

takeSetupToken();

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no element "root"');

const queryClient = createQueryClient();
const router = createDashboardRouter(queryClient);
watchSignOut(router, queryClient);

createRoot(root).render(
  <StrictMode>
    <Providers router={router} queryClient={queryClient} />
  </StrictMode>,
);
