// Runs before the first paint, so that the page never flashes in the other theme. A file of its
// own because the content security policy forbids inline scripts. src/lib/theme.ts takes over.
let choice = 'system';
try {
  choice = localStorage.getItem('tollkeeper.theme') ?? 'system';
} catch {
  // Storage can be forbidden; the system's theme then holds.
}
const dark =
  choice === 'dark' || (choice !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
document.documentElement.dataset.theme = dark ? 'dark' : 'light';
