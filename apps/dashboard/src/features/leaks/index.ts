/** Leaks: reports of keys that were found where they should not be. */
export { LeaksPage } from './leaks-page.tsx';
