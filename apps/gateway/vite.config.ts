import { defineConfig } from 'vite';
import { nodeProgram } from '../../scripts/node-program.ts';

/** The gateway, and the process of each of its workers. */
export default defineConfig(nodeProgram(['src/main.ts', 'src/workers/worker.ts']));
