import { Outlet } from '@tanstack/react-router';
import { useMediaQuery } from '../lib/use-media-query.ts';
import { SideNav } from './side-nav.tsx';
import { TopBar } from './top-bar.tsx';

/** The frame of every page inside: navigation and the page's main part. */
export function Shell() {
  const wide = useMediaQuery('(min-width: 64rem)');
  return (
    <div className="min-h-dvh lg:grid lg:grid-cols-[13.75rem_minmax(0,1fr)]">
      <a
        href="#main"
        className="fixed top-2 left-2 z-60 -translate-y-16 rounded-md bg-accent px-3 py-2 font-medium text-on-accent focus:translate-y-0"
      >
        Skip to content
      </a>
      {wide ? (
        <aside className="sticky top-0 h-dvh border-line border-r">
          <SideNav />
        </aside>
      ) : (
        <TopBar />
      )}
      <main
        id="main"
        tabIndex={-1}
        className="mx-auto w-full max-w-360 px-4 pt-5 pb-16 outline-none sm:px-6 lg:px-8 lg:pt-7"
      >
        <Outlet />
      </main>
    </div>
  );
}
