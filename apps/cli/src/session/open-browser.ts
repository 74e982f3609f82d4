import type { Surroundings } from '../surroundings.ts';

/** Opens the link where the person sees it. Answers whether there is a display to open it on. */
export function openBrowser(io: Surroundings, link: string): boolean {
  const [program, ...args] = browserCommand(io) ?? [];
  if (program === undefined) return false;
  // Written anew by the parser: no quote or space of the server's reaches the program.
  io.launch(program, [...args, new URL(link).href]);
  return true;
}

/** The program that opens a link; undefined where no browser could show itself. */
function browserCommand({ platform, env }: Surroundings): readonly string[] | undefined {
  switch (platform) {
    case 'darwin':
      return env.SSH_CONNECTION ? undefined : ['open'];
    case 'win32':
      return ['rundll32', 'url.dll,FileProtocolHandler'];
    default:
      return env.DISPLAY || env.WAYLAND_DISPLAY ? ['xdg-open'] : undefined;
  }
}
