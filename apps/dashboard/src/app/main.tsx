/** The dashboard's entry: themes, the token of a link, then React. */
import './configure-zod.ts';
import './app.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { takeFragmentToken } from '../lib/fragment-token.ts';
import { createQueryClient } from '../lib/query-client.ts';
import { Providers } from './providers.tsx';
import { createDashboardRouter } from './router.tsx';
import { watchRefusals } from './watch-refusals.ts';

takeFragmentToken('/setup');
takeFragmentToken('/accept-invitation');
takeFragmentToken('/reset-password');

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no element "root"');

const queryClient = createQueryClient();
const router = createDashboardRouter(queryClient);
watchRefusals(router, queryClient);

createRoot(root).render(
  <StrictMode>
    <Providers router={router} queryClient={queryClient} />
  </StrictMode>,
);
