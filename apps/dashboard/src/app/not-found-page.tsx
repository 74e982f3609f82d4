import { Link } from '@tanstack/react-router';
import { EntryPage } from '../components/page.tsx';
import { usePageTitle } from '../lib/use-page-title.ts';

export function NotFoundPage() {
  usePageTitle('Not found');
  return (
    <EntryPage title="Page not found" lead="There is nothing at this address.">
      <p>
        The address may be mistyped, or what it named was deleted.{' '}
        <Link to="/api-keys" className="font-medium text-accent underline underline-offset-2">
          Go to the API keys
        </Link>
      </p>
    </EntryPage>
  );
}
