import { type QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { Toaster } from 'sonner';
import { TooltipProvider } from '../components/popover.tsx';
import { useAppliedTheme } from '../lib/theme.ts';
import type { DashboardRouter } from './router.tsx';

interface ProvidersProps {
  readonly router: DashboardRouter;
  readonly queryClient: QueryClient;
}

export function Providers({ router, queryClient }: ProvidersProps) {
  const theme = useAppliedTheme();
  return (
    <QueryClientProvider client={queryClient}>
      <TooltipProvider delayDuration={250}>
        <RouterProvider router={router} />
        <Toaster
          theme={theme}
          position="bottom-right"
          duration={6000}
          closeButton
          toastOptions={{
            style: {
              background: 'var(--surface)',
              color: 'var(--ink)',
              borderColor: 'var(--line)',
              boxShadow: 'var(--shadow)',
            },
            actionButtonStyle: { background: 'var(--accent)', color: 'var(--on-accent)' },
          }}
        />
      </TooltipProvider>
    </QueryClientProvider>
  );
}
