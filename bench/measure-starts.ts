import { buildControlPlane, buildDashboard } from '../scripts/programs.mjs';
import { claim, startControlPlane } from './control-plane.ts';
import { startServer } from './server-process.ts';

export interface StartFigures {
  /** With an empty data folder: creates the database cluster and migrates. */
  readonly firstMs: number;
  readonly secondMs: number;
  /** A bare node:http process, until its first answer. */
  readonly bareMs: number;
  /** Processor time of the second start, children included, and of the bare process. */
  readonly secondCpuMs: number | undefined;
  readonly bareCpuMs: number | undefined;
}

/** Starts twice in the empty folder. @returns the figures, and the owner who claimed the server */
export async function measureStarts(dataDir: string) {
  const bare = await startServer('bench/bare-server.ts', '/');
  await bare.stop();
  await buildDashboard();
  await buildControlPlane();
  const first = await startControlPlane(dataDir);
  const owner = await claim(first).finally(() => first.stop());
  const second = await startControlPlane(dataDir);
  await second.stop();
  const figures: StartFigures = {
    firstMs: first.startMs,
    secondMs: second.startMs,
    bareMs: bare.startMs,
    secondCpuMs: second.startCpuMs,
    bareCpuMs: bare.startCpuMs,
  };
  return { figures, owner };
}
