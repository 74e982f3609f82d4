import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';
import { nodeProgram } from '../../scripts/node-program.ts';

const OUTPUT = fileURLToPath(new URL('./dist/', import.meta.url));

/** The server, and the operator's commands. */
export default defineConfig({
  ...nodeProgram(['src/main.ts', 'src/admin.ts']),
  plugins: [keepUrls()],
});

/** `import.meta.url` stays that of the source file, from which paths to other files are counted. */
function keepUrls(): Plugin {
  return {
    name: 'keep-urls',
    transform(code, id) {
      if (id.includes('/node_modules/') || !code.includes('import.meta.url')) return null;
      const path = relative(OUTPUT, id).replaceAll('\\', '/');
      const url = `new URL(${JSON.stringify(path)}, import.meta.url).href`;
      return { code: code.replaceAll('import.meta.url', url), map: null };
    },
  };
}
