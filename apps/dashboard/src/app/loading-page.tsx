import { Logo } from '../components/page.tsx';

export function LoadingPage() {
  return (
    <main className="flex min-h-dvh items-center justify-center" aria-busy="true">
      <h1 className="sr-only">Tollkeeper</h1>
      <span role="status" className="animate-breathe">
        <Logo size={36} />
        <span className="sr-only">Loading</span>
      </span>
    </main>
  );
}
