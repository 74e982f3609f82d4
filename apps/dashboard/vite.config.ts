import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { browserContract } from './browser-contract.config.ts';

const controlPlane = 'http://127.0.0.1:7420';

export default defineConfig({
  root: import.meta.dirname,
  plugins: [browserContract(), react(), tailwindcss()],
  // Chunks find each other by their own address; index.html is rewritten by the server.
  base: './',
  build: {
    // Fonts and images stay files: the content security policy is easier to keep strict.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 900,
  },
  server: {
    proxy: { '/v1': controlPlane, '/api': controlPlane },
  },
});
